"""What a process on this host cannot have, said before anything is started."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from functools import partial

from orchestrator.errors import EngineError, PortTaken
from orchestrator.model.launch import Launch, Publish
from orchestrator.model.resource import Limits
from orchestrator.waiting import Deadline, TimedOut, poll

LETTING_GO = 0.5
"""Seconds for which a port may still be taken by somebody who is ending."""


def check_launch(launch: Launch) -> None:
    """Raise EngineError for a launch that only a container engine could do."""
    if not (launch.entrypoint or launch.command):
        raise EngineError(f"{launch.instance} has no command", hint="give it `command`")
    asked = {
        "image": launch.image is not None,
        "files": bool(launch.files) and not launch.folder,
        "tmpfs": bool(launch.tmpfs),
        "user": launch.user is not None,
        "limits": launch.limits != Limits(),
    }
    refused = [f"`{name}`" for name, is_asked in asked.items() if is_asked]
    if refused:
        raise EngineError(
            f"{launch.instance} is a process on this host and cannot have {', '.join(refused)}",
            hint="run it in a container, with `image` or `build`",
        )


def check_ports(ports: Iterable[Publish]) -> None:
    """Raise PortTaken when somebody listens where the process is to listen.

    Such a process would end with words of its own, and a probe might take the other for it. A port
    that is only held, as `orchestrator.host.ports` does, is not taken; and whoever is ending right
    now has a moment to let go of it.
    """
    for port in ports:
        try:
            poll(partial(is_free, port.host), Deadline.after(LETTING_GO))
        except TimedOut as error:
            raise PortTaken(
                f"port {port.host} of this host is taken",
                port=port.host,
                hint="end whoever listens there, or let Greenroom choose the port",
            ) from error


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback; other obstacles show at the start."""
    with socket.socket() as attempt:
        if os.name == "posix":
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True

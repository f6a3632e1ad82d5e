"""Starting an instance: create, put the files in, start; all of it, or nothing is left."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from docker.errors import APIError, NotFound

from orchestrator.engines.docker.archive import archive, check_visible
from orchestrator.engines.docker.body import container_name, create_body
from orchestrator.engines.docker.client import Api
from orchestrator.errors import EngineError
from orchestrator.model.launch import Found, Launch
from orchestrator.waiting import Deadline, Stopped, TimedOut, poll

CLEAN_UP_LIMIT = 30.0
"""Seconds for removing what a failed start has made; the caller's own deadline may be over."""
UNKNOWN_LIMIT = 5.0
"""Seconds for which a container may still appear after the answer to its creation was lost."""


def start(api: Api, engine: str, launch: Launch, deadline: Deadline) -> Found:
    """Start an instance. Raises PortTaken, ImageUnavailable or another EngineError."""
    doing = f"start {launch.instance}"
    with api.calls(deadline, doing):
        body = create_body(launch, api.endpoint.interface)
    check_visible(launch.files, body["HostConfig"]["Tmpfs"])
    container = _create(api, container_name(launch), body, launch.platform, doing, deadline)
    try:
        with api.calls(deadline, doing) as client:
            if launch.files:
                files: Any = archive(launch.files, deadline)
                client.put_archive(container, "/", files)
            client.start(container)
    except BaseException:
        _discard(api, container)
        raise
    return Found(
        engine=engine,
        kind="container",
        id=container,
        labels=launch.tags,
        name=container_name(launch),
        ports={port.number: port.host for port in launch.ports},
    )


def _create(
    api: Api, name: str, body: Any, platform: str | None, doing: str, deadline: Deadline
) -> str:
    """Create a container and return its id; if it fails, there is none of this name."""
    deadline.check()
    try:
        with api.calls(deadline, doing) as client:
            made = client.create_container_from_config(body, name, platform)  # type: ignore[no-untyped-call]
    except (EngineError, TimedOut) as error:
        # A refusal has made nothing, and the name may be another's. A lost answer tells nothing.
        if not isinstance(error.__cause__, APIError):
            _discard_if_made(api, name)
        raise
    return str(made["Id"])


def _discard(api: Api, container: str) -> bool:
    """Remove what a failed start has made; True when it was there.

    What goes wrong here must not hide the failure. What is left then carries the run's labels.
    """
    deadline = Deadline.after(CLEAN_UP_LIMIT)
    with suppress(EngineError, TimedOut), api.calls(deadline, f"remove {container}") as client:
        try:
            client.remove_container(container, v=True, force=True)
        except NotFound:
            return False
    return True


def _discard_if_made(api: Api, name: str) -> None:
    """Remove a container of which only the name is known, if the engine makes it after all."""
    with suppress(TimedOut, Stopped):
        poll(lambda: _discard(api, name), Deadline.after(UNKNOWN_LIMIT))

"""Pipes a file into a command beside a server, over the engine's own connection."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import docker

PAUSE = 0.002
"""Seconds between two questions whether the engine has noted the command's end."""


def pipe(
    client: docker.APIClient,
    container: str,
    argv: Sequence[str],
    env: Mapping[str, str],
    file: str,
) -> bytes:
    """Run the command with the file as its input, and return what it wrote. Raises RuntimeError."""
    execution = client.exec_create(container, list(argv), stdin=True, environment=dict(env))["Id"]
    wrapped: Any = client.exec_start(execution, socket=True)
    connection: socket.socket = wrapped._sock
    with Path(file).open("rb") as source:
        connection.sendfile(source)
    connection.shutdown(socket.SHUT_WR)
    written = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    while (answer := client.exec_inspect(execution))["Running"]:
        time.sleep(PAUSE)
    if answer["ExitCode"]:
        raise RuntimeError(f"{argv[0]}: {written!r}")
    return written

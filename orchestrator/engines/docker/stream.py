"""An answer of the engine that comes piece by piece, for as long as its deadline allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.client import HTTPResponse, IncompleteRead
from typing import Any, Self

from orchestrator.engines.docker.frames import frames
from orchestrator.engines.docker.wire import Wire

SWITCHED = 101
"""The status after which a connection carries the bare streams of a command (RFC 9110, 15.2.2)."""

Translation = Callable[[], AbstractContextManager[None]]


class Stream:
    """A connection of its own, closed at the end; every wait on it ends by the deadline.

    What goes wrong on it is raised in Greenroom's words, by the `translate` that it is given.
    """

    def __init__(self, wire: Wire, answer: HTTPResponse, translate: Translation) -> None:
        self._wire = wire
        # Forgotten, it would close what it reads from.
        self._answer = answer
        # http.client sees no body behind a switched connection: what follows is read directly.
        self._source: Any = answer.fp if answer.status == SWITCHED else answer
        self._translate = translate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._wire.hang_up()

    def read(self, size: int) -> bytes:
        """So many bytes; fewer only at the end."""
        with self._translate():
            return self._take(size)

    def chunks(self, size: int) -> Iterator[bytes]:
        """Everything, in pieces of so many bytes."""
        while data := self.read(size):
            yield data

    def frames(self, head: bytes = b"", *, reset_ends: bool = False) -> Iterator[tuple[str, bytes]]:
        """The frames of a command's or a log's two streams, `head` being read of them already.

        With `reset_ends` it is an end like others that the engine resets the connection between
        two frames. So does Podman when its command has not read all that we have sent.
        """
        ends = (ConnectionResetError,) if reset_ends else ()
        with self._translate():
            yield from frames(self._take, head, ends)

    def readline(self) -> bytes:
        """One line with its end; nothing at the end."""
        with self._translate():
            line = bytes(self._source.readline())
            return line if line.endswith(b"\n") else self._at_end(line)

    def send(self, data: bytes) -> None:
        """Send to the command at the other end."""
        with self._translate():
            self._wire.sendall(data)

    def end_input(self) -> None:
        """Close the command's input."""
        with self._translate():
            self._wire.end_input()

    def hang_up(self) -> None:
        """End the connection, at any time and from any thread."""
        self._wire.hang_up()

    def _take(self, size: int) -> bytes:
        data = bytes(self._source.read(size))
        return data if len(data) == size else self._at_end(data)

    def _at_end(self, data: bytes) -> bytes:
        """The last data; http.client does not say when less came than the head had promised."""
        if self._source is self._answer and self._answer.length:
            raise IncompleteRead(data, self._answer.length)
        return data

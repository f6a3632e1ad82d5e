"""An answer of the engine that comes piece by piece, for as long as its deadline allows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Self
from urllib.parse import urlencode

import docker

from orchestrator.engines.docker.frames import frames
from orchestrator.engines.docker.refusals import Refusal
from orchestrator.engines.docker.wire import Wire, dial
from orchestrator.waiting import Deadline

DIAL_LIMIT = 30.0
SWITCHED = 101
"""The status after which a connection carries the bare streams of a command (RFC 9110, 15.2.2)."""

Translation = Callable[[], AbstractContextManager[None]]


class Stream:
    """A connection of its own, closed at the end; every wait on it ends by the deadline."""

    def __init__(self, wire: Wire, answer: HTTPResponse, translate: Translation) -> None:
        self._wire = wire
        # Forgotten, it would close what it reads from.
        self._answer = answer
        # http.client sees no body behind a switched connection: what follows is read directly.
        self._source: Any = answer.fp if answer.status == SWITCHED else answer
        self._translate = translate

    @classmethod
    def open(
        cls,
        client: docker.APIClient,
        deadline: Deadline,
        method: str,
        path: str,
        *,
        translate: Translation,
        query: Mapping[str, str | int],
        headers: Mapping[str, str],
        body: Any,
    ) -> Self:
        """Send a request and read the answer's head. Raises Refusal when the engine says no."""
        deadline.check()
        wire = Wire(dial(client, deadline.remaining(DIAL_LIMIT)), deadline)
        try:
            answer = _ask(wire, method, _target(client, path, query), headers, body)
        except BaseException:
            wire.hang_up()
            raise
        return cls(wire, answer, translate)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._wire.hang_up()

    def read(self, size: int) -> bytes:
        """So many bytes; fewer only at the end."""
        with self._translate():
            return bytes(self._source.read(size))

    def frames(self, head: bytes = b"") -> Iterator[tuple[str, bytes]]:
        """The frames of a command's or a log's two streams, `head` being read of them already."""
        with self._translate():
            yield from frames(self.read, head)

    def readline(self) -> bytes:
        """One line with its end; nothing at the end."""
        with self._translate():
            return bytes(self._source.readline())

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


def _target(client: docker.APIClient, path: str, query: Mapping[str, str | int]) -> str:
    parameters = f"?{urlencode(query)}" if query else ""
    return f"/v{client.api_version}{path}{parameters}"


def _ask(
    wire: Wire, method: str, target: str, headers: Mapping[str, str], body: Any
) -> HTTPResponse:
    connection = HTTPConnection("docker")
    connection.sock = wire  # All that http.client uses of a socket.
    connection.request(method, target, body, dict(headers))
    answer = connection.getresponse()
    if answer.status >= 400:
        raise Refusal(answer.status, _words(answer.read()))
    return answer


def _words(body: bytes) -> str:
    """The engine's words in a refusal."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace")

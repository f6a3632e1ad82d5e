"""Requests to a NATS server, many on their way at once, each with a reply.

Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol. Subjects and errors of
JetStream: https://docs.nats.io/reference/reference-protocols/nats_api_reference.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    Exchange,
    ReadExactly,
    ReadLine,
    Send,
    SliceRefused,
)

API = "$JS.API."

WINDOW = 256
"""Requests on their way before their replies are read: enough to hide the round trips."""

GONE = (10037, 10059)
"""JetStream's words for: no message found, stream not found."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What is sent to a subject, with headers as they are on the wire."""

    subject: str
    data: bytes = b""
    head: bytes = b""

    def encoded(self, reply: str) -> bytes:
        """Return the line and the bytes that publish this."""
        verb, sizes = "PUB", str(len(self.data))
        if self.head:
            verb, sizes = "HPUB", f"{len(self.head)} {len(self.head) + len(self.data)}"
        line = f"{verb} {self.subject} {reply} {sizes}"
        return b"%s\r\n%s%s\r\n" % (line.encode(), self.head, self.data)


def log_in(credentials: Credentials) -> Conversation:
    """Begin a connection. Raises SliceRefused."""
    yield ReadLine()
    login = {
        "verbose": False,
        "user": credentials.user,
        "pass": credentials.password,
        "headers": True,
        "no_responders": True,
    }
    yield Send(b"CONNECT %s\r\nPING\r\n" % json.dumps(login).encode())
    while (line := (yield ReadLine())) != b"PONG":
        refuse_error(line)


def refuse_error(line: bytes) -> None:
    """Raise SliceRefused when the server's line is an error."""
    if line.startswith(b"-ERR"):
        raise SliceRefused(line[5:].decode(errors="replace").strip("'"))


def ask(
    requests: Sequence[Request], *, absent: bool = False
) -> Generator[Exchange, bytes, list[Answer]]:
    """Send requests, and return the replies in their order. Raises SliceRefused for an error.

    `absent` lets what was asked for be not there; the reply has no more than that `error` then.
    """
    # Two connections to the same account would hear each other's replies otherwise.
    inbox = f"_INBOX.greenroom.{secrets.token_hex(8)}"
    yield Send(b"SUB %s.* 1\r\n" % inbox.encode())
    answers: dict[int, Answer] = {}
    for start in range(0, len(requests), WINDOW):
        window = requests[start : start + WINDOW]
        numbered = enumerate(window, start)
        yield Send(b"".join(one.encoded(f"{inbox}.{number}") for number, one in numbered))
        for _ in window:
            number, answer = yield from read_answer()
            refuse_failure(answer, absent=absent)
            answers[number] = answer
    yield Send(b"UNSUB 1\r\n")
    return [answers[number] for number in range(len(requests))]


def read_answer() -> Generator[Exchange, bytes, tuple[int, Answer]]:
    """Read until a reply comes, and return its number too; pings in between are answered."""
    while True:
        line = yield ReadLine()
        refuse_error(line)
        match line.split():
            case [b"MSG", subject, *_, size]:
                body = yield ReadExactly(int(size) + 2)
                return int(subject.rpartition(b".")[2]), json.loads(body)
            case [b"HMSG", *_, size]:
                yield ReadExactly(int(size) + 2)
                raise SliceRefused("no stream takes one of the messages that were seeded")
            case [b"PING"]:
                yield Send(b"PONG\r\n")
            case _:
                continue


def refuse_failure(answer: Answer, *, absent: bool) -> None:
    """Raise SliceRefused for an error, unless it says that nothing is there, and that may be."""
    error = answer.get("error")
    if error and not (absent and error.get("err_code") in GONE):
        raise SliceRefused(error.get("description") or str(error))


def listed(place: str, what: str, key: str) -> Generator[Exchange, bytes, list[Any]]:
    """Return all that JetStream lists in an account, page by page."""
    found: list[Any] = []
    while True:
        body = json.dumps({"offset": len(found)}).encode()
        (answer,) = yield from ask([Request(f"{place}{API}{what}", body)])
        page = answer.get(key) or []
        found += page
        if not page or len(found) >= answer["total"]:
            return found

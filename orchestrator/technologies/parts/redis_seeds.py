"""How Redis is asked whether it is ready, and how commands are put into it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    Exchange,
    ReadExactly,
    ReadLine,
    SeedRefused,
    Send,
)
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import SELF, Reference, Template
from orchestrator.technologies.parts.lines import numbered_lines
from orchestrator.technologies.parts.redis_words import encoded, login

PASSWORD = Reference(SELF, "password")

BATCH = 500
"""Commands on their way before their replies are read: enough to hide the round trips."""


def readiness(_user: str, _database: str) -> Readiness:
    """Ready when PING is answered after logging in; one that still loads says `-LOADING`."""
    return Readiness(
        Dialogue(
            send=Template(('AUTH "', PASSWORD, '"\r\nPING\r\n')),
            expect=rb"^\+OK\r\n\+PONG",
            escape=True,
        )
    )


def talk(chunks: Iterator[bytes], credentials: Credentials) -> Conversation:
    """Send each line as one command, in the words that `redis-cli` takes; `#` begins a comment."""
    if words := login(credentials):
        yield Send(encoded(*words))
        yield from read_reply(0)
    yield Send(b"SELECT %s\r\n" % credentials.database.encode())
    yield from read_reply(0)
    batch: list[tuple[int, bytes]] = []
    for number, line in numbered_lines(chunks):
        if not line.strip() or line.lstrip().startswith(b"#"):
            continue
        batch.append((number, line))
        if len(batch) == BATCH:
            yield from run_commands(batch)
            batch = []
    yield from run_commands(batch)


def run_commands(batch: Iterable[tuple[int, bytes]]) -> Conversation:
    """Send commands in one go, inline as typed, then read the reply to each."""
    batch = list(batch)
    yield Send(b"".join(line + b"\r\n" for _, line in batch))
    for number, _ in batch:
        yield from read_reply(number)


def read_reply(number: int) -> Generator[Exchange, bytes, None]:
    """Read one reply to its end, however nested; an error refuses the line of this number."""
    outstanding = 1
    while outstanding:
        line = yield ReadLine()
        outstanding -= 1
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise SeedRefused(number, rest.decode(errors="replace"))
        if kind == b"$" and rest != b"-1":
            yield ReadExactly(int(rest) + 2)
        elif kind == b"*":
            outstanding += max(0, int(rest))

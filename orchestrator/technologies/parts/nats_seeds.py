"""How NATS is asked whether it is ready, and how streams are made of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

import yaml

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
from orchestrator.technologies.parts.documents import line, read_yaml, refused
from orchestrator.technologies.parts.nats_adopted import login
from orchestrator.technologies.parts.refusals import each

INBOX = "_INBOX.greenroom"

EXPECTED = "expected `streams:` with a list of stream configurations"

NAME = re.compile(r"[^\s.*>/\\\x00-\x1f\x7f]+")
"""What a stream may be called: its name is one word of a subject."""


def readiness(_user: str, _database: str) -> Readiness:
    """Ready when a client that logs in has its PING answered and JetStream is announced."""
    words = (
        *('CONNECT {"verbose":false,"user":"', Reference(SELF, "user")),
        *('","pass":"', Reference(SELF, "password"), '"}\r\nPING\r\n'),
    )
    return Readiness(
        Dialogue(Template(words), expect=rb'(?s)^INFO .*"jetstream":true.*\r\nPONG', escape=True)
    )


def talk(chunks: Iterator[bytes], credentials: Credentials) -> Conversation:
    """Make the streams of a `streams:` list, each written as JetStream's own configuration."""
    streams = read_streams(b"".join(chunks))
    yield ReadLine()
    hello = json.dumps({"verbose": False, **login(credentials)})
    yield Send(b"CONNECT %s\r\nSUB %s 1\r\n" % (hello.encode(), INBOX.encode()))
    for at, stream in streams:
        subject = f"$JS.API.STREAM.CREATE.{stream['name']}"
        body = json.dumps(stream, default=str).encode()
        yield Send(b"PUB %s %s %d\r\n%s\r\n" % (subject.encode(), INBOX.encode(), len(body), body))
        answer = yield from read_message()
        if "error" in answer:
            raise SeedRefused(at, f"stream {stream['name']}: {answer['error']['description']}")


def read_message() -> Generator[Exchange, bytes, dict[str, Any]]:
    """Read until the answer to our request comes; pings in between are answered."""
    while True:
        said = yield ReadLine()
        match said.split():
            case [b"MSG", *_, size]:
                body = yield ReadExactly(int(size) + 2)
                answer: dict[str, Any] = json.loads(body)
                return answer
            case [b"PING"]:
                yield Send(b"PONG\r\n")
            case [b"-ERR", *_]:
                raise SeedRefused(0, said[5:].decode(errors="replace").strip("'"))
            case _:
                continue


def check(chunks: Iterator[bytes]) -> None:
    """Read a seed. Raises SeedRefused with all that is wrong in it."""
    read_streams(b"".join(chunks))


def read_streams(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Return each stream with the line it begins on; raises SeedRefused for all that are none."""
    document, content = read_yaml(data, EXPECTED)
    streams = content.get("streams") if isinstance(content, dict) else None
    if not isinstance(streams, list) or len(content) != 1:
        raise SeedRefused(1, EXPECTED)
    nodes = document.value[0][1].value
    return each(zip(nodes, streams, strict=True), lambda both: checked_stream(*both))


def checked_stream(node: yaml.Node, stream: Any) -> tuple[int, dict[str, Any]]:
    """Return a stream and its line. Raises SeedRefused for what cannot be its configuration."""
    if not isinstance(stream, dict) or not isinstance(stream.get("name"), str):
        raise refused(node, "a stream needs a `name`")
    if not NAME.fullmatch(stream["name"]):
        raise refused(node, "a stream's name cannot hold spaces, `.`, `*`, `>`, `/` or `\\`")
    try:
        json.dumps(stream, default=str)
    except TypeError as error:
        raise refused(node, f"stream {stream['name']}: {error}") from error
    return line(node), stream

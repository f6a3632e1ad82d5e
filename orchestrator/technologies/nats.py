"""NATS with JetStream, as the official image runs it.

Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol, and for streams
https://docs.nats.io/reference/reference-protocols/nats_api_reference.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import Any

import yaml

from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import (
    Conversation,
    Credentials,
    Exchange,
    ReadExactly,
    ReadLine,
    SeedRefused,
    Send,
    Technology,
    WireLoader,
)
from orchestrator.model.template import SELF, Reference, Template

INBOX = "_INBOX.greenroom"


def readiness(_user: str, _database: str) -> Readiness:
    """Ready when a client that logs in has its PING answered and JetStream is announced."""
    login = (
        *('CONNECT {"verbose":false,"user":"', Reference(SELF, "user")),
        *('","pass":"', Reference(SELF, "password"), '"}\r\nPING\r\n'),
    )
    return Readiness(
        Dialogue(Template(login), expect=rb'(?s)^INFO .*"jetstream":true.*\r\nPONG', escape=True)
    )


def talk(chunks: Iterator[bytes], credentials: Credentials) -> Conversation:
    """Make the streams of a `streams:` list, each written as JetStream's own configuration."""
    streams = read_streams(b"".join(chunks))
    yield ReadLine()
    login = {"verbose": False, "user": credentials.user, "pass": credentials.password}
    yield Send(b"CONNECT %s\r\nSUB %s 1\r\n" % (json.dumps(login).encode(), INBOX.encode()))
    for line, stream in streams:
        subject = f"$JS.API.STREAM.CREATE.{stream['name']}"
        body = json.dumps(stream).encode()
        yield Send(b"PUB %s %s %d\r\n%s\r\n" % (subject.encode(), INBOX.encode(), len(body), body))
        answer = yield from read_message()
        if "error" in answer:
            raise SeedRefused(line, f"stream {stream['name']}: {answer['error']['description']}")


def read_message() -> Generator[Exchange, bytes, dict[str, Any]]:
    """Read until the answer to our request comes; pings in between are answered."""
    while True:
        line = yield ReadLine()
        match line.split():
            case [b"MSG", *_, size]:
                body = yield ReadExactly(int(size) + 2)
                answer: dict[str, Any] = json.loads(body)
                return answer
            case [b"PING"]:
                yield Send(b"PONG\r\n")
            case [b"-ERR", *_]:
                raise SeedRefused(0, line[5:].decode(errors="replace").strip("'"))
            case _:
                continue


def read_streams(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Return each stream with the line it begins on; raises SeedRefused where it is none."""
    try:
        document = yaml.compose(data, Loader=yaml.SafeLoader)
        content = yaml.safe_load(data)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SeedRefused(line, f"not YAML: {error.problem}") from error
    streams = content.get("streams") if isinstance(content, dict) else None
    if set(content or ()) != {"streams"} or not isinstance(streams, list) or document is None:
        raise SeedRefused(1, "expected `streams:` with a list of stream configurations")
    lines = [item.start_mark.line + 1 for item in document.value[0][1].value]
    for line, stream in zip(lines, streams, strict=True):
        if not isinstance(stream, dict) or not isinstance(stream.get("name"), str):
            raise SeedRefused(line, "a stream needs a `name`")
    return list(zip(lines, streams, strict=True))


NATS = Technology(
    name="nats",
    section="brokers",
    image="nats",
    version="2",
    port=4222,
    url="nats://${self.user}:${self.password}@${self.host}:${self.port}",
    readiness=readiness,
    program="nats-server",
    # The smallest official image has the server as its entry point and no shell: flags only.
    command=("-js", "--user", "${self.user}", "--pass", "${self.password}"),
    has_databases=False,
    client=("sh",),
    seeds={".yaml": WireLoader(talk), ".yml": WireLoader(talk)},
)

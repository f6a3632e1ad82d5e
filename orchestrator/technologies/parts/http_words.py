"""HTTP/1.1 as a conversation, for servers that are told things over it.

Messages: https://www.rfc-editor.org/rfc/rfc9112.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from orchestrator.model.conversation import Exchange, ReadExactly, ReadLine, Redial, Send

NO_MORE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Reply:
    """A server's answer; `body` is decoded of its transfer coding only."""

    status: int
    body: bytes


JSON = "application/json"

HOST = "localhost"
"""Whom requests are meant for, as they say."""


def request(
    method: str, path: str, body: bytes, content_type: str = JSON, more: Mapping[str, str] = NO_MORE
) -> bytes:
    """Return a request as it is sent, with `more` headers; the connection stays for the next."""
    headers = {
        "Host": HOST,
        "Accept": "*/*",
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        **more,
    }
    lines = (f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body


def told(
    method: str, path: str, body: bytes, content_type: str = JSON, more: Mapping[str, str] = NO_MORE
) -> Generator[Exchange, bytes, Reply]:
    """Make a request and read its answer."""
    yield Send(request(method, path, body, content_type, more))
    return (yield from read_reply())


def read_reply() -> Generator[Exchange, bytes, Reply]:
    """Read one answer to its end: of a known length, in chunks, or without a body.

    What is said after it is said on another connection where the server wants to close this one.
    """
    _, status, *_ = (yield ReadLine()).split(b" ", 2)
    size, chunked, closes = 0, False, False
    while header := (yield ReadLine()):
        name, _, value = header.lower().partition(b":")
        if name == b"content-length":
            size = int(value)
        chunked = chunked or (name == b"transfer-encoding" and b"chunked" in value)
        closes = closes or (name == b"connection" and b"close" in value)
    if chunked:
        body = yield from read_chunks()
    else:
        body = (yield ReadExactly(size)) if size else b""
    if closes:
        yield Redial()
    return Reply(int(status), body)


def read_chunks() -> Generator[Exchange, bytes, bytes]:
    """Read a body in chunks; what may follow the last one is left out."""
    body = b""
    while size := int((yield ReadLine()).partition(b";")[0], 16):
        body += yield ReadExactly(size)
        yield ReadLine()
    while (yield ReadLine()):
        pass
    return body

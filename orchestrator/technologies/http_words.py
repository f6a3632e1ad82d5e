"""HTTP/1.1 as a conversation, for servers that are told things over it.

Messages: https://www.rfc-editor.org/rfc/rfc9112.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from orchestrator.model.conversation import Exchange, ReadExactly, ReadLine


@dataclass(frozen=True)
class Reply:
    """A server's answer; `body` is decoded of its transfer coding only."""

    status: int
    body: bytes


def request(method: str, path: str, body: bytes, content_type: str = "application/json") -> bytes:
    """Return a request as it is sent; the connection stays open for the next one."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_reply() -> Generator[Exchange, bytes, Reply]:
    """Read one answer to its end: of a known length, in chunks, or without a body."""
    _, status, *_ = (yield ReadLine()).split(b" ", 2)
    size, chunked = 0, False
    while header := (yield ReadLine()):
        name, _, value = header.lower().partition(b":")
        if name == b"content-length":
            size = int(value)
        chunked = chunked or (name == b"transfer-encoding" and b"chunked" in value)
    if chunked:
        return Reply(int(status), (yield from read_chunks()))
    return Reply(int(status), (yield ReadExactly(size)) if size else b"")


def read_chunks() -> Generator[Exchange, bytes, bytes]:
    """Read a body in chunks; what may follow the last one is left out."""
    body = b""
    while size := int((yield ReadLine()).partition(b";")[0], 16):
        body += yield ReadExactly(size)
        yield ReadLine()
    while (yield ReadLine()):
        pass
    return body

"""HTTP/1.1 as it comes over a connection: heads, and bodies piece by piece (RFC 9112)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property

PIECE = 1 << 16
"""Bytes that are read at once at most."""

SWITCHED = 101
BODILESS = (204, 304)


@dataclass(frozen=True)
class Head:
    """The first lines of a request or an answer, as they came."""

    raw: bytes

    @property
    def first(self) -> str:
        """The request line, or the status line."""
        return self.raw.partition(b"\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        """An answer's status."""
        return int(self.first.split()[1])

    @cached_property
    def fields(self) -> dict[str, str]:
        """The fields, their names in lower case."""
        lines = self.raw.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines if line)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    @property
    def chunked(self) -> bool:
        """Whether the body tells its own end."""
        return self.fields.get("transfer-encoding", "").lower() == "chunked"


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Return the next head; None when the other side has ended instead."""
    try:
        return Head(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, OSError):
        return None


async def request_body(head: Head, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield a request's body as it stands on the wire."""
    if head.chunked:
        async for piece in _chunks(reader):
            yield piece
    else:
        async for piece in _counted(reader, int(head.fields.get("content-length", 0))):
            yield piece


async def answer_body(
    head: Head, reader: asyncio.StreamReader, *, asked: str
) -> AsyncIterator[bytes]:
    """Yield the body of an answer to a request with the method `asked`, as on the wire."""
    if asked == "HEAD" or head.status in BODILESS:
        return
    if head.chunked or "content-length" in head.fields:
        async for piece in request_body(head, reader):
            yield piece
    else:
        # Without a length, the body ends with the connection.
        while piece := await reader.read(PIECE):
            yield piece


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    size = -1
    while size != 0:
        line = await reader.readline()
        size = int(line.partition(b";")[0] or b"0", 16)
        yield line + await reader.readexactly(size + len(b"\r\n"))


async def _counted(reader: asyncio.StreamReader, size: int) -> AsyncIterator[bytes]:
    while size:
        piece = await reader.read(min(size, PIECE))
        if not piece:
            raise asyncio.IncompleteReadError(b"", size)
        size -= len(piece)
        yield piece

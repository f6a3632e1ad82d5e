"""One request on its way through the proxy, and what can be done with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from chaos.calls import kind_of, unversioned
from chaos.messages import PIECE, SWITCHED, Head, answer_body, read_head, request_body

T = TypeVar("T")

LIMIT = 1 << 20
"""Bytes that a head may have."""
GATHERING = 1.0
"""Seconds for which an answer that does not end is gathered."""
LOOK = 0.05
"""Seconds between two looks whether the client has left."""


class Exchange:
    """A request of a client, and the way to the engine.

    Every request gets a connection to the engine of its own. `over` says that the client's
    connection cannot be used for another request.
    """

    def __init__(
        self,
        head: Head,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        upstream: Path,
    ) -> None:
        self.head = head
        self.method, self.target, _ = head.first.split(" ", 2)
        self.kind = kind_of(self.method, self.target)
        self.over = False
        self._reader = reader
        self._writer = writer
        self._upstream = upstream
        self._engine: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._body: bytes | None = None

    async def read(self) -> None:
        """Take in the whole request, and keep it."""
        pieces = [piece async for piece in request_body(self.head, self._reader)]
        self._body = b"".join(pieces)

    async def ask(self) -> tuple[Head, asyncio.StreamReader]:
        """Send the request to the engine, and return its answer's head and where the rest comes.

        Raises EOFError when the engine does not answer.
        """
        reader, writer = await asyncio.open_unix_connection(self._upstream, limit=LIMIT)
        self._engine = reader, writer
        writer.write(self.head.raw)
        if self._body is not None:
            writer.write(self._body)
        else:
            async for piece in request_body(self.head, self._reader):
                writer.write(piece)
                await writer.drain()
        await writer.drain()
        answer = await read_head(reader)
        if answer is None:
            raise EOFError
        return answer, reader

    async def forward(self) -> None:
        """Pass the request and its answer on, as if there were no proxy."""
        answer, reader = await self._unless_left(self.ask())
        await self.send(answer.raw)
        if answer.status == SWITCHED:
            await self._join()
        else:
            await self._unless_left(self._pass_on(answer, reader))

    async def gather(self) -> tuple[bytes, bytes]:
        """Send the request, and return the answer's head and body, as far as it comes soon.

        A command's client says nothing before it has the head: it gets that at once, and what is
        left of the head is nothing.
        """
        answer, reader = await self.ask()
        if answer.status != SWITCHED:
            return answer.raw, await self._collect(answer, reader, asked=self.method)
        await self.send(answer.raw)
        talking = asyncio.ensure_future(self._talk())
        try:
            return b"", await self._collect(answer, reader, asked=self.method)
        finally:
            talking.cancel()

    async def send(self, data: bytes) -> None:
        """Send to the client."""
        self._writer.write(data)
        await self._writer.drain()

    async def refuse(self, status: int, words: str) -> None:
        """Answer as the engine does when it refuses."""
        await self.read()
        body = json.dumps({"message": words}).encode()
        lines = [
            f"HTTP/1.1 {status} Refused",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)

    async def vanish(self) -> None:
        """Have the engine remove the container that this is about, as somebody else might."""
        _, about, id_ = unversioned(self.target).split("/")[:3]
        if about == "exec":
            id_ = json.loads(await self._engine_says("GET", f"/exec/{id_}/json"))["ContainerID"]
        await self._engine_says("DELETE", f"/containers/{id_}?force=1&v=1")

    async def _engine_says(self, method: str, path: str) -> bytes:
        """Ask the engine something of our own, and return the body of its answer."""
        reader, writer = await asyncio.open_unix_connection(self._upstream, limit=LIMIT)
        try:
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: engine\r\n\r\n".encode())
            answer = await read_head(reader)
            return await self._collect(answer, reader, asked=method) if answer else b""
        finally:
            writer.close()

    async def until_left(self) -> None:
        """Wait until the client gives up."""
        while not self._reader.at_eof():
            await self._reader.read(PIECE)

    def close(self) -> None:
        """End the connection to the engine."""
        if self._engine is not None:
            self._engine[1].close()

    @staticmethod
    async def _collect(answer: Head, reader: asyncio.StreamReader, *, asked: str) -> bytes:
        body = b""
        with suppress(TimeoutError, EOFError):
            async with asyncio.timeout(GATHERING):
                async for piece in answer_body(answer, reader, asked=asked):
                    body += piece
        return body

    async def _pass_on(self, answer: Head, reader: asyncio.StreamReader) -> None:
        async for piece in answer_body(answer, reader, asked=self.method):
            await self.send(piece)
        self.over = "close" in answer.fields.get("connection", "") or not (
            answer.chunked or "content-length" in answer.fields or answer.status == 204
        )

    async def _unless_left(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something, and leave it when the client leaves: the engine should know of that."""
        task = asyncio.ensure_future(doing)
        try:
            while not (await asyncio.wait([task], timeout=LOOK))[0]:
                if self._reader.at_eof():
                    raise EOFError
            return task.result()
        finally:
            task.cancel()

    async def _join(self) -> None:
        """Let both sides talk freely, each until it has ended."""
        assert self._engine is not None
        self.over = True
        await asyncio.gather(self._talk(), _copy(self._engine[0], self._writer))

    async def _talk(self) -> None:
        """Pass on what the client says."""
        assert self._engine is not None
        await _copy(self._reader, self._engine[1])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()

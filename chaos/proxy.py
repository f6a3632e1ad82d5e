"""A proxy on the engine's socket: counts the calls, and makes one of them fail."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chaos.calls import Point
from chaos.exchange import LIMIT, Exchange
from chaos.faults import Fault
from chaos.messages import read_head


@dataclass(frozen=True)
class Strike:
    """Which call fails, and how."""

    fault: Fault
    point: Point


class Proxy:
    """Listens on `path` and passes everything on to the engine at `upstream`, in a thread.

    `strike` may be set at any time; it is done once, and `struck` says when. `calls` are the kinds
    of all calls so far.
    """

    def __init__(self, path: Path, upstream: Path, strike: Strike | None = None) -> None:
        self.url = f"unix://{path}"
        self.strike = strike
        self.calls: list[str] = []
        self.struck = threading.Event()
        self._path = path
        self._upstream = upstream
        self._counts: dict[str, int] = {}
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name=f"proxy {path}", daemon=True)
        self._listening = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def count_anew(self, strike: Strike | None = None) -> None:
        """Forget all calls so far, and have one of the next fail."""
        self.calls.clear()
        self._counts.clear()
        self.struck.clear()
        self.strike = strike

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await self._listen()
        self._listening.set()
        await self._end.wait()
        self._server.close()
        self._hang_up()

    async def _listen(self) -> None:
        self._server = await asyncio.start_unix_server(
            self._serve, self._path, limit=LIMIT, backlog=512
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(OSError, EOFError, asyncio.CancelledError):
                while (head := await read_head(reader)) is not None:
                    exchange = Exchange(head, reader, writer, self._upstream)
                    await self._handle(exchange)
                    if exchange.over:
                        break
        finally:
            self._connections.discard(task)
            writer.close()

    async def _handle(self, exchange: Exchange) -> None:
        fault = self._fault_of(exchange.kind)
        try:
            if fault is None:
                await exchange.forward()
                return
            if fault.away:
                self._go_away(fault.away)
            self.struck.set()
            await fault.strike(exchange)
        finally:
            exchange.close()

    def _fault_of(self, kind: str) -> Fault | None:
        """Note a call, and return what is to be done to it."""
        self.calls.append(kind)
        self._counts[kind] = number = self._counts.get(kind, 0) + 1
        strike = self.strike
        if strike is None or strike.point != Point(kind, number):
            return None
        self.strike = None
        return strike.fault

    def _go_away(self, seconds: float) -> None:
        """Be a daemon that restarts: nobody listens, and every connection ends."""
        self._server.close()
        self._hang_up(but=asyncio.current_task())
        self._loop.call_later(seconds, lambda: asyncio.ensure_future(self._listen()))

    def _hang_up(self, but: asyncio.Task[None] | None = None) -> None:
        for task in self._connections - {but}:
            task.cancel()

"""A relay of connections: `python -m orchestrator.host.relay HOST:PORT=TARGET_HOST:PORT ...`.

A server on the host's loopback is not reached from a container, but whoever listens on the gateway
of the run's network is. The relay listens there and leads each connection to the server. Only the
standard library is imported, because every millisecond of its start is waited for.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

CHUNK = 1 << 16
BACKLOG = 512
USAGE = 64


@dataclass(frozen=True)
class Route:
    """Where the relay listens, and where a connection from there leads."""

    listen: tuple[str, int]
    target: tuple[str, int]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST:PORT=HOST:PORT`; IPv6 addresses stand in brackets. Raises ValueError."""
        listen, equals, target = text.partition("=")
        if not equals:
            raise ValueError(f"{text!r} is not of the form LISTEN_HOST:PORT=TARGET_HOST:PORT")
        return cls(_address(listen), _address(target))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise ValueError(f"{text!r} is not of the form HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)


class CannotListen(Exception):
    """Raised when an address is not to be had; says which one, and why."""


async def serve(routes: Iterable[Route]) -> list[asyncio.Server]:
    """Listen on every route, or, raising CannotListen, on none."""
    servers: list[asyncio.Server] = []
    for route in routes:
        try:
            servers.append(await _listen(route))
        except OSError as error:
            for server in servers:
                server.close()
            host, port = route.listen
            raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return servers


async def _listen(route: Route) -> asyncio.Server:
    # The event loop holds its tasks weakly: without this, one that waits for both of its sides may
    # be taken for garbage, and its connection would end.
    alive: set[asyncio.Task[None] | None] = set()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        alive.add(asyncio.current_task())
        try:
            await _lead(route, reader, writer)
        finally:
            alive.discard(asyncio.current_task())

    return await asyncio.start_server(lead, *route.listen, backlog=BACKLOG, limit=CHUNK)


async def _lead(route: Route, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Lead one connection to the target; when that refuses, close it at once."""
    try:
        there_reader, there_writer = await asyncio.open_connection(*route.target, limit=CHUNK)
    except OSError:
        writer.transport.abort()
        return
    try:
        await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
    except OSError:
        # One side broke off, and so the other learns of it in the same way.
        writer.transport.abort()
        there_writer.transport.abort()
    finally:
        writer.close()
        there_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy one direction to its end, and say the end to the other side, which may go on talking."""
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def run(routes: Iterable[Route]) -> None:
    """Listen, say so, and relay for ever."""
    servers = await serve(routes)
    print("relay listening", flush=True)  # noqa: T201 - whoever started us waits for it
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main(arguments: list[str]) -> int:
    """Relay until somebody ends us; return the exit code when that cannot be done."""
    try:
        asyncio.run(run([Route.parse(text) for text in arguments or [""]]))
    except ValueError as error:
        print(f"relay: {error}", file=sys.stderr)  # noqa: T201 - a command's message
        return USAGE
    except CannotListen as error:
        print(f"relay: {error}", file=sys.stderr)  # noqa: T201 - a command's message
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

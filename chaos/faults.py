"""What can go wrong with one call of the engine: each fault as what it does to an exchange."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from chaos.exchange import Exchange

AWAY = 2.0
"""Seconds that a daemon takes to restart."""
LATE = 0.7
"""Seconds after which a late request reaches the engine."""
SLOW = 1.0
"""Seconds for which an answer is held back."""

STARTS = "POST /containers/{id}/start"
CREATES = "POST /containers/create"
NETWORKS = "POST /networks/create"


@dataclass(frozen=True)
class Fault:
    """One way to fail. `away` says for how many seconds nobody answers at all afterwards.

    `fits` says for which kinds of calls an engine could fail so.
    """

    name: str
    meaning: str
    strike: Callable[[Exchange], Awaitable[None]]
    fits: Callable[[str], bool] = lambda _kind: True
    away: float = 0.0


async def refuse(exchange: Exchange) -> None:
    """Close without having read the request."""
    exchange.over = True


async def cut(exchange: Exchange) -> None:
    """Read the request, and close."""
    await exchange.read()
    exchange.over = True


async def cut_after(exchange: Exchange) -> None:
    """Let the engine do its work, and close."""
    await exchange.ask()
    exchange.over = True


async def half(exchange: Exchange) -> None:
    """Send the first half of the answer, and close."""
    head, body = await exchange.gather()
    exchange.over = True
    await exchange.send(head + body[: len(body) // 2] if body else head[: len(head) // 2])


async def gone(exchange: Exchange) -> None:
    """Remove the container, and let the engine say what it says then."""
    await exchange.vanish()
    await exchange.forward()


async def hang(exchange: Exchange) -> None:
    """Say nothing until the client leaves."""
    exchange.over = True
    await exchange.until_left()


async def late(exchange: Exchange) -> None:
    """Let the request reach the engine late, also when the client has left meanwhile."""
    await exchange.read()
    await asyncio.sleep(LATE)
    head, body = await exchange.gather()
    exchange.over = True
    with suppress(OSError):
        await exchange.send(head + body)


async def slow(exchange: Exchange) -> None:
    """Hold the engine's answer back."""
    head, body = await exchange.gather()
    await asyncio.sleep(SLOW)
    exchange.over = True
    with suppress(OSError):
        await exchange.send(head + body)


def refusal(status: int, words: str) -> Callable[[Exchange], Awaitable[None]]:
    """Return what answers with these words, in which {id} is what the call is about."""

    async def strike(exchange: Exchange) -> None:
        parts = exchange.target.partition("?")[0].split("/")
        await exchange.refuse(status, words.replace("{id}", parts[3] if len(parts) > 3 else ""))

    return strike


def names_something(kind: str) -> bool:
    """Whether a call is about one container, or about a command in one."""
    return "/containers/{id}" in kind or "/exec/{id}" in kind


def writes(kind: str) -> bool:
    """Whether a call needs room on the engine's disk."""
    return kind.startswith(("POST", "PUT"))


ALL = (
    Fault("refuse", "the connection is closed without the request being read", refuse),
    Fault("500", "the engine answers 500", refusal(500, "something went wrong in the daemon")),
    Fault("hang", "the engine never answers", hang),
    Fault("cut", "the request is read, and the connection closed", cut),
    Fault("cut-after", "the engine does the work, and the answer is thrown away", cut_after),
    Fault("half", "half of the answer arrives", half),
    Fault("gone", "somebody else has removed the container", gone, names_something),
    Fault(
        "disk",
        "the engine's disk is full",
        refusal(500, "write /var/lib/docker/tmp/layer: no space left on device"),
        writes,
    ),
    Fault(
        "port",
        "the host port is taken",
        refusal(
            500,
            "driver failed programming external connectivity on endpoint {id}: "
            "Bind for 127.0.0.1:49153 failed: port is already allocated",
        ),
        lambda kind: kind == STARTS,
    ),
    Fault(
        "pools",
        "there is no address left for a network",
        refusal(
            500,
            "could not find an available, non-overlapping IPv4 address pool among the defaults "
            "to assign to the network",
        ),
        lambda kind: kind == NETWORKS,
    ),
    Fault("restart", "the daemon is away for two seconds", refuse, away=AWAY),
)
"""The faults of the matrix."""

FAULTS = {fault.name: fault for fault in ALL}

HELD = (
    Fault("late", "the request reaches the engine 0.7 s later", late),
    Fault("slow", "the engine's answer is held back for 1 s", slow),
)
"""What gives time to kill somebody in the middle of a call."""

"""What is measured: who takes part, and which limits there are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import contenders, hosted, others, place, private, seeded, servers, workers
from bench.contenders import GREENROOM, Contender
from bench.figures import Limit
from bench.given import Given, Tell
from bench.place import Place
from bench.processes import CouldNotRun
from bench.servers import Server

ROUNDS = 5
QUICK_ROUNDS = 20
"""Rounds of what takes a fraction of a second."""


@dataclass(frozen=True)
class Case:
    """One table; the first contender is the floor.

    `contenders` gets a folder to use, and tells who is missing on this machine. With `fine` the
    table shows milliseconds. `same` is said of contenders whose containers look the same.
    """

    title: str
    contenders: Callable[[Given], list[Contender]]
    limits: tuple[Limit, ...]
    rounds: int = ROUNDS
    fine: bool = False
    same: str = "{other}'s containers are the same as those of {floor}, rows included"


def from_place(
    manifest: str, all_servers: Callable[[Path, Path], Sequence[Server]], *, peers: bool
) -> Callable[[Given], list[Contender]]:
    """Return what makes a case's contenders, in the order in which they are measured."""

    def make(given: Given) -> list[Contender]:
        here = place.made(given.folder, manifest, all_servers)
        # The whole way is measured here, seeding included.
        own = [contenders.floor(here), contenders.greenroom(here, "greenroom", "--no-snapshots")]
        return [*own, *(present(here, given.tell) if peers else [])]

    return make


def present(here: Place, tell: Tell) -> list[Contender]:
    """Return the peers that this machine has, and tell who is missing."""
    found = []
    for peer in (contenders.testcontainers, contenders.docker_compose):
        try:
            found.append(peer(here))
        except CouldNotRun as missing:
            tell(f"not measured: {missing}")
    return found


def three(schema: Path, rows: Path) -> list[Server]:
    """A database, a cache and a broker."""
    return [servers.postgres(schema, rows), servers.redis("cache"), servers.nats()]


def four(schema: Path, rows: Path) -> list[Server]:
    """The same, with a broker that takes its time."""
    return [*three(schema, rows), servers.rabbitmq()]


def forty(_schema: Path, _rows: Path) -> list[Server]:
    """Many small ones."""
    return [servers.redis(f"cache-{number:02}") for number in range(1, 41)]


def commands(given: Given) -> list[Contender]:
    """Commands that ask nothing of an engine, beside an interpreter that does nothing."""
    folder = given.folder
    completion = {"_GREENROOM_COMPLETE": "complete_bash", "COMP_WORDS": "greenroom u"}
    return [
        contenders.command("python -c pass", [sys.executable, "-c", "pass"], folder),
        contenders.command("--version", [GREENROOM, "--version"], folder),
        contenders.command("--help", [GREENROOM, "--help"], folder),
        contenders.command("completion", [GREENROOM], folder, **completion, COMP_CWORD="1"),
    ]


CASES = {
    "servers": Case(
        "postgres (200,000 rows seeded), redis and nats",
        from_place("servers", three, peers=True),
        (Limit("up", plus=0.4), Limit("down", plus=0.4)),
    ),
    "rabbitmq": Case(
        "the same and rabbitmq",
        from_place("rabbitmq", four, peers=True),
        (Limit("up", times=1.1),),
    ),
    "forty": Case(
        "40 redis",
        from_place("forty", forty, peers=False),
        (Limit("up", times=1.15),),
    ),
    "version": Case(
        "commands that need no engine; 0.15 s where an interpreter takes 0.02 s",
        commands,
        (Limit("run", "--version", times=7.5), Limit("run", "completion", times=7.5)),
        QUICK_ROUNDS,
    ),
    "again": Case(
        "second up of postgres (200,000 rows seeded), from its snapshot",
        seeded.again,
        (Limit("up", plus=0.4),),
        same="{other} has as many rows as {floor}",
    ),
    "dump": Case(
        "second up of postgres, empty and with a dump of 200 MB, from its snapshot",
        seeded.dump,
        (Limit("up", "200 MB", times=1.5),),
    ),
    "hosted": Case(
        "second up of postgres (200,000 rows seeded), redis and nats, without containers",
        hosted.again,
        (Limit("up", plus=0.4), Limit("down", plus=0.4)),
        QUICK_ROUNDS,
    ),
    "payments": Case(
        "examples/payments end to end, its tests included, from its snapshots",
        hosted.payments,
        (),
    ),
    "ci": Case(
        "examples/payments end to end, artifacts and report included; ten pairs",
        hosted.pipeline,
        (Limit("run", "ci", plus=0.5),),
        rounds=10,
        same="",
    ),
    "slices": Case(
        "from asking for a database of 50 tables to its first answer; tests of 20 ms",
        private.waits,
        (Limit("median", plus=0.003), Limit("95 %", plus=0.01)),
        rounds=1,
        fine=True,
    ),
    "sustained": Case(
        "a copy of 50 tables made and removed, without pause; 0.8 of the rate is 1.25 of the time",
        private.sustained,
        (Limit("each", times=1.25),),
        fine=True,
    ),
    "others": Case(
        "from asking for a slice to having it; tests of 20 ms",
        others.waits,
        (),
        rounds=1,
        fine=True,
    ),
    "workers": Case(
        "200 tests of 20 ms, with up and down: 4 sessions, 1 session with 4 workers, 1 alone",
        workers.four,
        (Limit("whole", "1 environment", times=1.0),),
    ),
}

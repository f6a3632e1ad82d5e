"""How many combinations run at the same time, and why not more."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.ci.matrix.hindrance import resources
from orchestrator.host.machine import Machine
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource

MEBIBYTE = 1024**2

RESOURCE_MEMORY = 256 * MEBIBYTE
"""Bytes that a resource without a limit is taken to need."""

TESTS_MEMORY = 512 * MEBIBYTE
"""Bytes that the tests of one combination are taken to need, Greenroom itself included."""

MOST_CONTAINERS = 64
"""Containers that one engine is given at the same time."""

MOST_RUNS = 16
"""Each has a network, of which an engine has about 30 by default."""


@dataclass(frozen=True)
class Share:
    """What a combination takes of a machine: processors, and bytes of memory."""

    processors: float
    memory: int

    def __add__(self, other: Share) -> Share:
        return Share(self.processors + other.processors, self.memory + other.memory)


TESTS = Share(0.0, TESTS_MEMORY)


@dataclass(frozen=True)
class Needs:
    """What one combination takes: the tests and processes, its containers, and how many these are.

    Containers are where the engine is, and all else is here.
    """

    here: Share
    contained: Share = Share(0.0, 0)
    containers: int = 0


@dataclass(frozen=True)
class Room:
    """How many run at the same time, and why not more; `reason` is empty where that is clear."""

    at_once: int
    reason: str = ""

    @property
    def words(self) -> str:
        """How many, and why, in a line."""
        many = "one at a time" if self.at_once == 1 else f"{self.at_once} at a time"
        return f"{many}, because {self.reason}" if self.reason else many


def asked_for(wanted: int | None, combinations: int, hindrance: str) -> Room | None:
    """Return how many run at the same time where that is no question of room, else None.

    With a `hindrance` that is one, whatever is `wanted`.
    """
    if hindrance:
        return Room(1, hindrance if wanted != 1 else "")
    return None if wanted is None else Room(min(wanted, combinations))


def room(combinations: int, needs: Needs, here: Machine, engine: Machine | None = None) -> Room:
    """Return how many of the combinations there is room for, and what there is least of.

    `engine` is the machine that containers run on, None if there are none, or it is not known.
    Unless it is `remote`, all of it is this machine, or a part of it.
    """
    fitting, reason = min(_fitting(needs, here, engine), key=lambda one: one[0])
    if fitting >= combinations:
        return Room(combinations, "there is room for all of them")
    return Room(max(1, fitting), reason)


def _fitting(needs: Needs, here: Machine, engine: Machine | None) -> Iterator[tuple[int, str]]:
    """Yield how many combinations fit into each thing that there is, and that in words."""
    apart = engine is not None and engine.remote
    yield from _into(here, needs.here if apart else needs.here + needs.contained)
    if engine is not None:
        yield from _into(engine, needs.contained)
    if needs.containers:
        words = f"one engine is given {MOST_CONTAINERS} containers, and each takes"
        yield MOST_CONTAINERS // needs.containers, f"{words} {needs.containers}"
        yield MOST_RUNS, f"one engine has networks for {MOST_RUNS}"


def _into(machine: Machine, share: Share) -> Iterator[tuple[int, str]]:
    processors, memory = machine.processors, machine.memory
    taken = max(1.0, share.processors)
    there = f"{processors.whose} {processors.number:.3g} processors"
    yield int(processors.number // taken), f"{there}, and each takes {taken:.3g}"
    if share.memory:
        there = f"{memory.whose} {_gibibytes(memory.number)} of memory"
        of_that = f"each takes {_gibibytes(share.memory)}"
        yield int(memory.number // share.memory), f"{there}, and {of_that}"


def _gibibytes(number: float) -> str:
    return f"{number / 1024**3:.1f} GiB"


def needs(manifests: Iterable[Manifest], profiles: Collection[str]) -> Needs:
    """Return what the greediest of these takes."""
    each = [_needs(list(resources(one, profiles))) for one in manifests]
    return Needs(
        here=_most([one.here for one in each]),
        contained=_most([one.contained for one in each]),
        containers=max(one.containers for one in each),
    )


def _most(shares: Sequence[Share]) -> Share:
    return Share(max(one.processors for one in shares), max(one.memory for one in shares))


def _needs(each: Sequence[Resource]) -> Needs:
    contained = [one for one in each if one.contained]
    processes = [one for one in each if not one.contained]
    return Needs(_share(processes) + TESTS, _share(contained), len(contained))


def _share(each: Sequence[Resource]) -> Share:
    return Share(
        processors=math.fsum(one.limits.cpus or 0.0 for one in each),
        memory=sum(one.limits.memory or RESOURCE_MEMORY for one in each if not one.is_task),
    )

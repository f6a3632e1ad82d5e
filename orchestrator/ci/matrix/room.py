"""How many combinations run at the same time, and why not more."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.artifacts.folder import VARIABLE
from orchestrator.artifacts.junit.finding import of_variables, of_words
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource
from orchestrator.plan.selection import taking_part

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
class Machine:
    """What there is on this machine: `memory` in bytes that are free."""

    processors: int
    memory: int


@dataclass(frozen=True)
class Needs:
    """What one combination takes: processors, bytes of memory, and how many containers."""

    processors: float
    memory: int
    containers: int


@dataclass(frozen=True)
class Room:
    """How many run at the same time; `reason` says why that is not as many as were asked for."""

    at_once: int
    reason: str = ""


def room(
    wanted: int | None, combinations: int, needs: Needs, machine: Machine, hindrance: str = ""
) -> Room:
    """Return how many of the combinations run at the same time.

    With a `hindrance` that is one, whatever is `wanted`. Else what is wanted counts, and where
    nobody has said so what the machine has, and an engine.
    """
    if hindrance:
        reason = f"one at a time, because {hindrance}" if wanted != 1 else ""
        return Room(1, reason)
    if wanted is not None:
        return Room(min(wanted, combinations))
    fitting = min(
        int(machine.processors // max(1.0, needs.processors)),
        machine.memory // max(1, needs.memory),
        MOST_CONTAINERS // max(1, needs.containers),
        MOST_RUNS,
    )
    return Room(min(combinations, max(1, fitting)))


def needs(manifests: Iterable[Manifest], profiles: Collection[str]) -> Needs:
    """Return what the greediest of these takes."""
    each = [_needs(list(_resources(one, profiles))) for one in manifests]
    return Needs(
        max(one.processors for one in each),
        max(one.memory for one in each),
        max(one.containers for one in each),
    )


def _needs(resources: Sequence[Resource]) -> Needs:
    memory = sum(one.limits.memory or RESOURCE_MEMORY for one in resources if not one.is_task)
    return Needs(
        processors=math.fsum(one.limits.cpus or 0.0 for one in resources),
        memory=memory + TESTS_MEMORY,
        containers=sum(one.contained for one in resources),
    )


def hindrance(
    manifests: Iterable[Manifest], profiles: Collection[str], files: Sequence[str]
) -> str:
    """Return why two combinations cannot run at the same time, empty if they can.

    `files` are what is written in the command line of a file that all would write.
    """
    for manifest in manifests:
        for one in _resources(manifest, profiles):
            if fixed := next((port.host for port in one.ports if port.host), None):
                return f"{one.name} has the fixed port {fixed} of this host"
            if one.adopted and one.adopted.owned:
                return f"all of them would write into the same {one.name} (`owned: true`)"
    if files:
        return (
            f"all of them would write {files[0]}; several at a time can write into the folder "
            f"that ${VARIABLE} names"
        )
    return ""


def shared_files(
    command: Sequence[str], environ: Mapping[str, str], patterns: Sequence[str]
) -> list[str]:
    """Return the JUnit files that are named for all combinations alike.

    They are named by `--junit`, else by the tests' command line or its variables.
    """
    named = patterns or [*of_words(command), *of_variables(environ)]
    return [one for one in named if VARIABLE not in one]


def _resources(manifest: Manifest, profiles: Collection[str]) -> Iterator[Resource]:
    """Yield what takes part and is no database on somebody else's server."""
    for name in taking_part(manifest, profiles):
        if not manifest.resources[name].on:
            yield manifest.resources[name]

"""The part of a manifest that its seeds need, with other seeds in it or in another order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from orchestrator.model.manifest import Manifest, Tests
from orchestrator.model.resource import (
    SHARED,
    DatabaseSeed,
    FunctionSeed,
    Resource,
    ScriptSeed,
    Seed,
    SetupSeed,
)
from orchestrator.plan.selection import needed_by, taking_part

Seeds = Mapping[str, tuple[Seed, ...]]
"""The seeds of each resource that is looked at."""


def seeded(manifest: Manifest, profiles: Collection[str]) -> dict[str, tuple[Seed, ...]]:
    """Return the resources that take part and have seeds, with these."""
    resources = (manifest.resources[name] for name in taking_part(manifest, profiles))
    return {one.name: one.seeds for one in resources if written(one.seeds) and not is_given(one)}


def is_given(resource: Resource) -> bool:
    """Whether its seeds would go into what there is only one of, time and again."""
    return resource.adopted is not None and resource.adopted.owned


def written(seeds: tuple[Seed, ...]) -> tuple[Seed, ...]:
    """Return the seeds that somebody has written; what comes before them always does."""
    return tuple(seed for seed in seeds if not isinstance(seed, SetupSeed | DatabaseSeed))


def narrowed(manifest: Manifest, seeds: Seeds, profiles: Collection[str]) -> Manifest:
    """Return a manifest of the resources with these seeds, and of whatever those need.

    Functions and scripts are told every address; whose they use, nobody knows. So with them, all
    databases and brokers are there.
    """
    changed = {
        name: plain(resource, seeds.get(name, resource.seeds))
        for name, resource in manifest.resources.items()
    }
    wanted = list(seeds)
    if any(isinstance(one, FunctionSeed | ScriptSeed) for each in seeds.values() for one in each):
        part = taking_part(manifest, profiles)
        wanted += [name for name in part if manifest.resources[name].technology]
    names = set(reached(changed, wanted))
    kept = {name: one for name, one in changed.items() if name in names}
    return replace(manifest, resources=kept, tests=Tests())


def plain(resource: Resource, seeds: tuple[Seed, ...]) -> Resource:
    """Return the resource with these seeds, on a port of its own, and without slices.

    What is not ours to throw away gets none.
    """
    seeds = () if is_given(resource) else seeds
    ports = tuple(replace(port, host=None) for port in resource.ports)
    return replace(resource, seeds=seeds, ports=ports, isolation=SHARED, follows=(), profiles=())


def reached(resources: Mapping[str, Resource], wanted: list[str]) -> Iterator[str]:
    """Yield the names of these, and of all that they need."""
    seen: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += [needed.name for needed in needed_by(resources[name])]

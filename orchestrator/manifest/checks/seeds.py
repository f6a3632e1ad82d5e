"""Mistakes in the files of seeds are told with those of the manifest that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orchestrator.errors import Problem
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.model.resource import FileSeed, Resource
from orchestrator.model.technology import Technology

SeedCheck = Callable[[FileSeed, Technology], Iterable[Problem]]
"""Finds what is wrong in a file that a technology is to be seeded with."""


def check_seeds(resources: Iterable[Resource], check: SeedCheck, mistakes: Mistakes) -> None:
    """Note what is wrong in the files of all seeds; one that several share is read once."""
    read: set[tuple[str, str]] = set()
    for resource in resources:
        for seed in resource.seeds:
            if not isinstance(seed, FileSeed) or resource.technology is None:
                continue
            key = seed.path, resource.technology.name
            if key not in read:
                read.add(key)
                mistakes.repeat(check(seed, resource.technology))

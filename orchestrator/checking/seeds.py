"""All that is found out about a manifest's seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator

from orchestrator.checking.culprits import Culprits
from orchestrator.checking.findings import Finding, Kind
from orchestrator.checking.holdings import difference
from orchestrator.checking.narrowing import is_given, seeded
from orchestrator.checking.ordering import Order
from orchestrator.checking.repeating import twice
from orchestrator.checking.throw_away import Make, ThrowAway
from orchestrator.model.manifest import Manifest
from orchestrator.plan.selection import taking_part

LEAST_SECONDS = 60.0
"""What an environment may take at least in which seeds come in another order."""


def check_seeds(
    manifest: Manifest, profiles: Collection[str], make: Make, tell: Callable[[str], None]
) -> list[Finding]:
    """Return what cannot be repeated, put in twice, or put in another order.

    Raises StepFailed when the seeds do not even go in as they are written.
    """
    seeds = seeded(manifest, profiles)
    untried = [*not_tried(manifest, profiles)]
    if not seeds:
        return untried
    away = ThrowAway(manifest, profiles, make, tell)
    began = time.monotonic()
    one, other, found = twice(away, seeds)
    within = max(LEAST_SECONDS, time.monotonic() - began)
    for name, own in seeds.items():
        unsteady = difference(one[name], other[name])
        found += Culprits(away, name, own, unsteady).findings()
        found += Order(away, name, own, one[name], unsteady, within).findings()
    return [*found, *untried]


def not_tried(manifest: Manifest, profiles: Collection[str]) -> Iterator[Finding]:
    """Yield whose seeds go into what was given, which is no place to try anything."""
    for name in taking_part(manifest, profiles):
        one = manifest.resources[name]
        if is_given(one) and one.seeds:
            words = "its seeds go into what was given, and so they were not tried"
            yield Finding(Kind.NOT_COMPARED, name, "", words)

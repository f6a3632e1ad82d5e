"""All that is found out about a manifest's seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from orchestrator.checking.culprits import Culprits
from orchestrator.checking.findings import Finding
from orchestrator.checking.holdings import difference
from orchestrator.checking.narrowing import seeded
from orchestrator.checking.ordering import Order
from orchestrator.checking.repeating import twice
from orchestrator.checking.throw_away import Make, ThrowAway
from orchestrator.model.manifest import Manifest

LEAST_SECONDS = 60.0
"""What an environment may take at least in which seeds come in another order."""


def check_seeds(
    manifest: Manifest, profiles: Collection[str], make: Make, tell: Callable[[str], None]
) -> list[Finding]:
    """Return what cannot be repeated, put in twice, or put in another order.

    Raises StepFailed when the seeds do not even go in as they are written.
    """
    seeds = seeded(manifest, profiles)
    if not seeds:
        return []
    away = ThrowAway(manifest, profiles, make, tell)
    began = time.monotonic()
    one, other, found = twice(away, seeds)
    within = max(LEAST_SECONDS, time.monotonic() - began)
    for name, own in seeds.items():
        unsteady = difference(one[name], other[name])
        found += Culprits(away, name, own, unsteady).findings()
        found += Order(away, name, own, one[name], unsteady, within).findings()
    return found

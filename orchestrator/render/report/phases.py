"""The phases of a run, from whoever knows them best."""

from __future__ import annotations

from orchestrator.artifacts.record import Phase
from orchestrator.render.report.material import Material

TITLES = {
    "planning": "Planning",
    "up": "Way up",
    "tests": "Tests",
    "collect": "Collecting",
    "down": "Way down",
}
"""What the page calls them, with its script and without."""

LEAST = 0.05
"""Seconds before the first phase that are worth telling of."""


def phases(material: Material) -> tuple[Phase, ...]:
    """Return the record's, which have budgets; what it does not know is taken from the events.

    The way down has often not come to its end when the record is written. What was before the first
    of them is told of as well: reading the manifest, asking the engines.
    """
    found = {one.name: one for one in material.timeline.phases}
    for one in material.record.phases if material.record else ():
        found[one.name] = one
    known = sorted(found.values(), key=lambda one: one.began)
    if known and known[0].began - material.origin >= LEAST:
        known.insert(0, Phase(name="planning", began=material.origin, ended=known[0].began))
    return tuple(known)

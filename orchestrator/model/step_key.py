"""The key of a step, as events and failures name it: `seed ledger 1 schema.sql`."""

from __future__ import annotations

REMOVAL = ("remove", "close")
"""The verbs of steps that take an environment down."""


def verb(key: str) -> str:
    """Return what the step does: the first word."""
    return key.partition(" ")[0]


def subject(key: str) -> str:
    """Return what it is about: the second word; of some steps that is the engine."""
    return key.partition(" ")[2].partition(" ")[0]


def thing(key: str) -> str:
    """Return what is said besides these and a number: the seed's name, or nothing."""
    return key.split(" ", 3)[3] if verb(key) == "seed" else ""

"""Looks at all that Greenroom depends on here, and says in plain words how it is."""

from orchestrator.doctor.examining import examine
from orchestrator.doctor.finding import Around, Finding, Level

__all__ = ["Around", "Finding", "Level", "examine"]

"""Runs `bench.suite` as a user runs his tests, and reads what they have noted."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from bench.place import ROOT
from bench.processes import Child, timed

TESTS = ROOT / "bench" / "suite" / "test_many.py"

# In the order in which they stand, and without what only costs: the same for everybody.
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")

SECONDS = 0.02
"""How long each test takes besides."""


@dataclass(frozen=True)
class Suite:
    """So many tests of one kind, which work with `resource` of the folder's manifest.

    `how` is what they get it from, as `bench.suite` has it; `variables` are further ones of their
    environment.
    """

    folder: Path
    tests: int
    kind: str = "test_queries"
    how: str = "environment"
    resource: str = "ledger"
    seconds: float = SECONDS
    words: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def argv(self) -> list[str]:
        """The command."""
        ini = self.folder / "pytest.ini"
        ini.write_text("[pytest]\n")
        return [*PYTEST, "-c", str(ini), f"{TESTS}::{self.kind}", *self.words]

    def env(self, notes: Path) -> dict[str, str]:
        """The command's environment, with the file for the notes."""
        own = {name: value for name, value in os.environ.items() if name != "GREENROOM_RUN"}
        return {
            **own,
            "BENCH_HOW": self.how,
            "BENCH_NOTES": str(notes),
            "BENCH_RESOURCE": self.resource,
            "BENCH_SECONDS": str(self.seconds),
            "BENCH_TESTS": str(self.tests),
            **self.variables,
        }

    def run(self) -> Notes:
        """Run it, and return what was noted. Raises CouldNotRun."""
        notes = self.folder / f"notes-{secrets.token_hex(4)}"
        timed(self.argv, cwd=self.folder, log=self.log(notes), env=self.env(notes))
        return Notes(**json.loads(notes.read_text()))

    def whole(self) -> float:
        """Run it, and return how long the whole process has taken. Raises CouldNotRun."""
        notes = self.folder / "notes-%"
        return timed(self.argv, cwd=self.folder, log=self.log(notes), env=self.env(notes))

    def begun(self) -> Child:
        """Start it only."""
        notes = self.folder / "notes"
        log = self.log(notes)
        return Child(self.argv, cwd=self.folder, log=log, env=self.env(notes))

    def log(self, notes: Path) -> Path:
        """Return the file for what it writes."""
        return notes.with_suffix(".log")


@dataclass(frozen=True)
class Notes:
    """How long each test has waited, and how long it took from the first asking to the end."""

    waits: list[float]
    seconds: float


class Waits:
    """One who is measured by the waits of a suite's tests, run once in each round."""

    def __init__(self, run: Callable[[], Notes]) -> None:
        self._run = run
        self._waits: list[float] = []

    def middle(self) -> float:
        """Run the suite; return the median."""
        self._waits = self._run().waits
        return median(self._waits)

    def nearly_all(self) -> float:
        """Return what 95 of 100 tests have not waited longer than."""
        return quantiles(self._waits, n=20, method="inclusive")[-1]

"""One test while it runs: when it began, how it goes, and what it has of the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from orchestrator.pytest_plugin.places import place

if TYPE_CHECKING:
    from orchestrator.slicing.slices import Slice

FIXTURES = {"environment", "shared_environment"}

MARKED = re.compile(r"E {3,}\S")

READ = 1 << 16
"""Characters that are taken of why a test failed: many more than are kept without secrets."""


@dataclass
class Running:
    """One attempt at a test; other plugins may make several, and each begins anew.

    Times are seconds since the Unix epoch, 0 for what is not known yet. `sizes` are those of the
    logs that have no times of their own, as they were by the time that it `began`, and `sizes_then`
    by the time that it `ended`. It has asked for its
    `slice` at `asked`, and waited for it until `got`; both are 0 where it has asked for none.
    `dossier` is a file of the folder. `noted` tells that its report says how to look into the
    slice, and `end` drops or keeps that.
    """

    attempt: int
    began: float = 0.0
    ended: float = 0.0
    sizes: Mapping[str, int] = field(default_factory=dict)
    sizes_then: Mapping[str, int] = field(default_factory=dict)
    outcome: str = "passed"
    message: str = ""
    place: str = ""
    slice: Slice | None = None
    asked: float = 0.0
    got: float = 0.0
    dossier: str = ""
    noted: bool = False
    end: Callable[..., None] | None = None

    @property
    def has_failed(self) -> bool:
        """Whether anything of it has failed so far."""
        return self.outcome in ("failed", "error")

    def note(
        self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport
    ) -> None:
        """Note how a phase ended; the first failure is what counts."""
        self.began = self.began or call.start
        if report.failed and not self.has_failed:
            self.outcome = "failed" if report.when == "call" else "error"
            self.message, self.place = crash(report), place(item, call)
        elif report.skipped and not self.has_failed:
            self.outcome = "skipped"


RUNNING = pytest.StashKey[Running]()


def begin(item: pytest.Item) -> Running:
    """Begin an attempt at a test."""
    before = item.stash.get(RUNNING, None)
    running = Running(before.attempt + 1 if before else 1)
    item.stash[RUNNING] = running
    return running


def of(item: pytest.Item) -> Running:
    """Return what is known of a test, also where somebody else runs it than pytest itself."""
    return item.stash[RUNNING] if RUNNING in item.stash else begin(item)


def uses_environment(item: pytest.Item) -> bool:
    """Whether a test has asked for one of our fixtures, by name or while it ran."""
    names = set(getattr(item, "fixturenames", ()))
    # What pytest has resolved for the test; where it keeps that elsewhere, the names alone count.
    names |= set(getattr(getattr(item, "_request", None), "_fixture_defs", ()))
    return bool(names & FIXTURES)


def crash(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return in one line why a test failed, or its collection; empty where nobody says so."""
    found = getattr(getattr(report.longrepr, "reprcrash", None), "message", None)
    text = str(found if found is not None else report.longrepr or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return ""
    if found is None:
        # So pytest marks what went wrong where more stands behind it: a missing fixture, for one.
        lines = [line[1:].strip() for line in lines if MARKED.match(line)] or lines
    # Of a traceback that is mere text, the last line says it.
    return (lines[0] if found is not None else lines[-1])[:READ]

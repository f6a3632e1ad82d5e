"""Tests that had not ended when their command did: they may be why it took so long, or crashed."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.tests import TestRecord
from orchestrator.errors import StepFailed
from orchestrator.model.spot import Spot
from orchestrator.render.words import seconds

MOST = 3
"""Tests that are named: as many as there are workers may have been running."""


def settle(folder: Folder, code: int | None) -> tuple[TestRecord, ...]:
    """Return the tests that have not ended, and keep them as they are told of from now on.

    Where the command has ended by itself, with a `code`, they have failed. One that was running
    when the command was told to end may be as good as any other.
    """
    if code is None:
        why = "it was running when the tests were told to end"
        return tests.settle(folder, time.time(), "skipped", why)
    why = f"it was running when the tests' command ended, with exit code {code}"
    return tests.settle(folder, time.time(), "failed", why)


def in_words(unfinished: Sequence[TestRecord]) -> str:
    """Return which tests were running, and for how long; empty where none was."""
    if not unfinished:
        return ""
    named = [f"{one.name} for {seconds(one.ended - one.began)}" for one in unfinished[:MOST]]
    more = [f"{len(unfinished) - MOST} more"] if len(unfinished) > MOST else []
    return f"was running: {', '.join([*named, *more])}"


def spot_of(unfinished: Sequence[TestRecord], here: Path) -> Spot | None:
    """Return where the test stands that has been running for longest; `here` is where they ran."""
    file, _, line = unfinished[0].place.rpartition(":") if unfinished else ("", "", "")
    if not (file and line.isdecimal()):
        return None
    return Spot(file=str(here / file), line=int(line))


def blame(late: StepFailed, unfinished: Sequence[TestRecord], here: Path) -> None:
    """Say of a command that was not done in time which tests were running then."""
    spot = spot_of(unfinished, here)
    late.evidence = dataclasses.replace(
        late.evidence,
        state=in_words(unfinished),
        file=spot.file if spot else "",
        line=spot.line if spot else 0,
    )

"""What had not ended when all was over: it may be why that took so long, or crashed.

Of tests a file says so, and of steps an event.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import Failure
from orchestrator.artifacts.tests import TestRecord
from orchestrator.ci.failures import Users, spots_of
from orchestrator.ci.result import Result
from orchestrator.errors import StepFailed
from orchestrator.host.manifests import shown_as
from orchestrator.model.event import Event, StepStopped
from orchestrator.model.manifest import Manifest
from orchestrator.model.spot import Spot
from orchestrator.render.failing import labelled
from orchestrator.render.words import about, seconds, under_way

MOST = 3
"""Tests or steps that are named: as many as there are workers or resources may be under way."""


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
    named = [f"{one.name} for {seconds(one.ended - one.began)}" for one in unfinished]
    return f"was running: {some(named)}"


def stopped(events: Iterable[Event]) -> list[StepStopped]:
    """Return the steps that were under way when somebody wanted an end, the longest first."""
    found = [event for event in events if isinstance(event, StepStopped)]
    return sorted(found, key=lambda one: -one.evidence.seconds)


def steps_in_words(steps: Sequence[StepStopped]) -> str:
    """Return which steps were under way, and for how long; empty where none was."""
    if not steps:
        return ""
    named = [
        f"{about(one.subject, one.step)} {under_way(one.step)} for {seconds(one.evidence.seconds)}"
        for one in steps
    ]
    return f"was under way: {some(named)}"


def some(named: Sequence[str]) -> str:
    """Return the first ones, and how many there are besides."""
    more = [f"{len(named) - MOST} more"] if len(named) > MOST else []
    return ", ".join([*named[:MOST], *more])


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


def interruption(
    failure: Failure, result: Result, manifest: Manifest | None, users: Users
) -> Failure:
    """Say of an interruption which tests it found running, or which steps under way."""
    if result.unfinished:
        spot = spot_of(result.unfinished, result.here)
        found = (dataclasses.replace(spot, file=shown_as(Path(spot.file))),) if spot else ()
        return dataclasses.replace(failure, state=in_words(result.unfinished), spots=found)
    steps = stopped(result.events)
    first = [StepFailed(one.step, "", evidence=one.evidence) for one in steps[:1]]
    places = tuple(spot for one in first for spot in spots_of(one, manifest, users))
    return dataclasses.replace(failure, state=steps_in_words(steps), spots=places)


def in_lines(failure: Failure) -> Iterator[str]:
    """Yield an interruption for the end of a log; nothing where nobody knows what was under way."""
    if failure.state:
        yield failure.message
        if failure.spots:
            yield labelled("at", ", ".join(map(str, failure.spots)))
        yield labelled("state", failure.state)

"""All combinations as one value: for the table and its kin, and for the CI system."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import reduce
from typing import TypeVar

from orchestrator.artifacts.junit.counting import added
from orchestrator.artifacts.matrix import CombinationRecord
from orchestrator.artifacts.record import FailingTest, Failure, Record, TestCounts, Verdict
from orchestrator.ci.cause import cause
from orchestrator.ci.matrix.outcome import Outcome

Thing = TypeVar("Thing")


def combination_record(outcome: Outcome) -> CombinationRecord:
    """Return what became of one combination."""
    record, combination = outcome.record, outcome.combination
    return CombinationRecord(
        name=combination.name,
        folder=combination.folder,
        instead=dict(combination.instead),
        verdict=outcome.verdict,
        exit_code=None if outcome.code is None else outcome.exit_code,
        seconds=outcome.taken,
        up=_seconds(record, "up"),
        testing=_seconds(record, "tests"),
        tests=record.tests if record else None,
        cause=tuple(causes(outcome)),
    )


def _seconds(record: Record | None, phase: str) -> float | None:
    found = record.phase(phase) if record else None
    return found.seconds if found else None


def causes(outcome: Outcome) -> list[str]:
    """Return in a few lines why a combination has failed, none for one that has not."""
    if not outcome.failed:
        return []
    if outcome.record:
        return cause(outcome.record)
    return [f"{outcome.verdict}: what it has said until then stands in its console.log"]


def as_one(
    outcomes: Sequence[Outcome], *, manifest: str, began: float, ended: float, exit_code: int
) -> Record:
    """Return all runs as if they were one, for a CI system that is told of them once.

    What went wrong in several of them is said once, with the combinations before it.
    """
    records = [one.record for one in outcomes if one.record]
    first = records[0] if records else None
    return Record(
        name=first.name if first else "",
        manifest=first.manifest if first else manifest,
        verdict=_verdict(outcomes, exit_code),
        exit_code=exit_code,
        began=began,
        ended=ended,
        command=first.command if first else (),
        failures=tuple(_failures(outcomes)),
        tests=_tests(outcomes),
        ci=first.ci if first else "",
        greenroom=first.greenroom if first else "",
    )


def _verdict(outcomes: Sequence[Outcome], exit_code: int) -> Verdict:
    """Return how all of them ended: what their common exit code says, in words."""
    if not exit_code:
        return Verdict.PASSED
    if any(one.tests_failed for one in outcomes):
        return Verdict.TESTS_FAILED
    told = [one.record.verdict for one in outcomes if one.failed and one.record]
    return told[0] if told else Verdict.ENVIRONMENT_FAILED


def _failures(outcomes: Sequence[Outcome]) -> Iterator[Failure]:
    of_all = ((one.combination.name, each) for one in outcomes for each in _own(one))
    for one, names in shared(of_all, lambda one: (one.step, one.message, one.spots)):
        yield dataclasses.replace(one, message=f"{in_words(names)}: {one.message}")


def _own(outcome: Outcome) -> tuple[Failure, ...]:
    """Return what went wrong in a run, if there is no failing test that would say so."""
    record = outcome.record
    if not outcome.failed:
        return ()
    if record is None:
        return (Failure(message=causes(outcome)[0]),)
    if record.failures or (record.tests and record.tests.failing):
        return record.failures
    return (Failure(message=record.command_ended),)


def _tests(outcomes: Sequence[Outcome]) -> TestCounts | None:
    """Return the tests of all combinations together, None where nobody has counted any."""
    told = [(one.combination.name, one.record.tests) for one in outcomes if one.record]
    counts = [tests for _, tests in told if tests]
    if not counts:
        return None
    failing = ((name, test) for name, tests in told if tests for test in tests.failing)
    return dataclasses.replace(
        reduce(added, counts),
        failing=tuple(
            FailingTest(name=f"{in_words(names)}: {one.name}", message=one.message, spot=one.spot)
            for one, names in shared(failing, lambda one: (one.name, one.spot))
        ),
    )


def shared(
    things: Iterable[tuple[str, Thing]], key: Callable[[Thing], Hashable]
) -> list[tuple[Thing, list[str]]]:
    """Return things of the same key once, with the names that they came under."""
    found: dict[Hashable, tuple[Thing, list[str]]] = {}
    for name, thing in things:
        found.setdefault(key(thing), (thing, []))[1].append(name)
    return list(found.values())


def in_words(names: Sequence[str]) -> str:
    """Return combinations in a few words."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"

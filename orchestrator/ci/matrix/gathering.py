"""All combinations as one value: for the table and its kin, and for the CI system."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from orchestrator.artifacts.matrix import CombinationRecord
from orchestrator.artifacts.record import Failure, Record, TestCounts, Verdict
from orchestrator.ci.matrix.outcome import Outcome


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
        cause=_cause(outcome),
    )


def _seconds(record: Record | None, phase: str) -> float | None:
    found = record.phase(phase) if record else None
    return found.seconds if found else None


def _cause(outcome: Outcome) -> str:
    failures = outcome.record.failures if outcome.record and outcome.failed else ()
    return failures[0].message.partition("\n")[0] if failures else ""


def as_one(
    outcomes: Sequence[Outcome], *, manifest: str, began: float, ended: float, exit_code: int
) -> Record:
    """Return all runs as if they were one, for a CI system that is told of them once.

    A failure that several have in common is one, and says of which it is.
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
    if not exit_code:
        return Verdict.PASSED
    if any(one.tests_failed for one in outcomes):
        return Verdict.TESTS_FAILED
    told = [one.record.verdict for one in outcomes if one.failed and one.record]
    return told[0] if told else Verdict.ENVIRONMENT_FAILED


def _failures(outcomes: Sequence[Outcome]) -> Iterator[Failure]:
    """Yield each failure once, with the combinations in which it occurred before its message."""
    found: dict[tuple[object, ...], tuple[Failure, list[str]]] = {}
    for outcome in outcomes:
        for failure in _own(outcome):
            key = (failure.step, failure.message, failure.spots)
            found.setdefault(key, (failure, []))[1].append(outcome.combination.name)
    for failure, names in found.values():
        yield dataclasses.replace(failure, message=f"{in_words(names)}: {failure.message}")


def _own(outcome: Outcome) -> tuple[Failure, ...]:
    """Return what went wrong in a run; of what ended without a word, that."""
    if not outcome.failed:
        return ()
    if outcome.record:
        return outcome.record.failures
    words = f"{outcome.verdict}: what it has said stands in its console.log"
    return (Failure(message=words),)


def in_words(names: Sequence[str]) -> str:
    """Return combinations in a few words."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _tests(outcomes: Sequence[Outcome]) -> TestCounts | None:
    """Return the tests of all combinations together, None where nobody has counted any."""
    counts = [one.record.tests for one in outcomes if one.record and one.record.tests]
    if not counts:
        return None
    return TestCounts(
        passed=sum(one.passed for one in counts),
        failed=sum(one.failed for one in counts),
        errors=sum(one.errors for one in counts),
        skipped=sum(one.skipped for one in counts),
        seconds=sum(one.seconds for one in counts),
    )

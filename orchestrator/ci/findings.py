"""What a CI system is to point at: each thing that went wrong, at its place in the user's files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.artifacts.record import FailingTest, Failure, Record, Verdict
from orchestrator.model.printable import one_line, printable
from orchestrator.model.spot import Spot
from orchestrator.render.words import seconds, under_way

LOG_LINES = 8
"""Lines of a log that are shown beside a place: somebody looks at a file then, not at a log."""


@dataclass(frozen=True)
class Finding:
    """One thing to point at: a title, a text of several lines, and where it belongs, if known."""

    title: str
    message: str
    spot: Spot | None = None


def findings(record: Record) -> list[Finding]:
    """Return all that went wrong, the most important first: the environment's, then the tests'.

    A failure is told in full at the place that is closest to it; the others follow behind all.
    """
    tests = record.tests.failing if record.tests else ()
    found = [
        *(_first(record, one) for one in record.failures),
        *(one for failure in record.failures for one in _others(record, failure)),
        *(_of_test(one) for one in tests),
    ]
    if not found and record.verdict is not Verdict.PASSED:
        told = record.command_ended if record.command else str(record.verdict)
        return [Finding(title_of(record), told)]
    return found


def title_of(record: Record, failure: Failure | None = None) -> str:
    """Return in a few words what went wrong: `ledger: seeding schema.sql`."""
    if failure is None or not failure.subject:
        besides = failure and record.verdict is Verdict.TESTS_FAILED
        return f"{name_of(record)}: {'after the tests' if besides else record.verdict}"
    what = under_way(failure.step) if failure.step else str(record.verdict)
    return f"{failure.subject}: {what}"


def name_of(record: Record) -> str:
    """Return what the run was about: of a manifest that could not be read, its file."""
    spots = (spot.file for failure in record.failures for spot in failure.spots)
    return record.name or record.manifest or next(spots, "greenroom")


def _first(record: Record, failure: Failure) -> Finding:
    spot = failure.spots[0] if failure.spots else None
    return Finding(title_of(record, failure), "\n".join(_text(failure)), spot)


def _others(record: Record, failure: Failure) -> Iterator[Finding]:
    for spot in failure.spots[1:]:
        first = failure.headline
        close = "" if first.startswith(f"{failure.spots[0]}:") else f"{failure.spots[0]}: "
        yield Finding(title_of(record, failure), printable(f"{close}{first}"), spot)


def _of_test(test: FailingTest) -> Finding:
    return Finding(printable(test.name), printable(test.message) or "failed", test.spot)


def _text(failure: Failure) -> Iterator[str]:
    yield printable(failure.message)
    if failure.seconds:
        yield f"after {seconds(failure.seconds)}"
    yield from (f"{label}: {printable(text)}" for label, text in failure.facts)
    log = [one_line(one) for one in failure.log if one.strip()][-LOG_LINES:]
    yield from ["log:", *(f"  {one}" for one in log)] if log else []
    yield from (f"also: {printable(one)}" for one in failure.notes)
    if failure.hint:
        yield f"next: {printable(failure.hint)}"

"""Why a run ended as it did, in so few lines that they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.artifacts.record import FailingTest, Failure, Record, TestCounts, Verdict
from orchestrator.model.printable import one_line
from orchestrator.render.failing import labelled
from orchestrator.render.words import seconds

LINES = 9
"""Lines that a cause has at most."""

OTHERS = 3
"""Lines in which it is said what else went wrong; each failure has one."""

LOG_LINES = 3
"""Lines of a log that are shown even where there is more to say."""


def cause(record: Record) -> list[str]:
    """Return the cause in plain text, none for a run in which all went well.

    The first line says how the run ended and what went wrong; where, the evidence, and what to do
    next stand below it.
    """
    if record.verdict is Verdict.PASSED:
        return []
    return list(_lines(record))[:LINES]


def _lines(record: Record) -> Iterator[str]:
    told = record.failures
    if not told:
        yield from _tests(record, LINES)
    elif record.verdict is Verdict.TESTS_FAILED:
        # What went wrong besides came after them: something was not removed, or took too long.
        others = also(told)
        yield from _tests(record, LINES - len(others))
        yield from others
    elif len(told) > 1 and not _has_evidence(told[0]):
        yield f"{record.verdict}:"
        yield from listed([one.placed for one in told], LINES - 1)
    else:
        others = also(told[1:]) or list(_tests(record, 1))
        yield from _failure(record, told[0], LINES - len(others))
        yield from others


def _failure(record: Record, failure: Failure, room: int) -> Iterator[str]:
    """Yield what there is to say of one failure in so many lines: the log gets what is left."""
    first, *others = failure.message.splitlines() or [""]
    log = [one for one in failure.log if one.strip()]
    facts = [labelled(label, text) for label, text in _facts(failure, first) if text]
    hint = [labelled("next", failure.hint)] if failure.hint else []
    # Of what there is to say besides, at least one line has room.
    facts = facts[: max(1, room - 1 - len(hint) - bool(others or log))]
    room -= 1 + len(facts) + len(hint)
    said = others[: max(1, room - min(LOG_LINES, len(log)))]
    tail = log[-(room - len(said)) :] if room > len(said) else []
    yield one_line(f"{record.verdict}: {first}" if first != record.verdict else first)
    yield from (f"  {one_line(one)}" for one in said)
    yield from facts
    yield from (labelled("" if number else "log", one) for number, one in enumerate(tail))
    yield from hint


def _facts(failure: Failure, first: str) -> Iterator[tuple[str, str]]:
    """Yield what is known of a failure, each with its label; empty where nothing is."""
    places = ", ".join(str(one) for one in failure.spots if not first.startswith(f"{one}:"))
    yield "at", places
    after = f", after {seconds(failure.seconds)}" if failure.seconds else ""
    yield "step", f"{failure.step}{after}" if failure.step else ""
    yield from failure.facts
    yield "also", failure.notes[0] if failure.notes else ""


def _tests(record: Record, room: int) -> Iterator[str]:
    """Yield which tests have failed, in at most so many lines."""
    counts = record.tests
    failing = counts.failing if counts else ()
    if record.verdict is not Verdict.TESTS_FAILED and not failing:
        return
    told = counts.words if counts and failing else record.command_ended
    yield one_line(f"{Verdict.TESTS_FAILED}: {told}")
    yield from listed([failed(one) for one in failing], room - 1, unnamed(counts))


def listed(lines: Sequence[str], room: int, more: int = 0) -> list[str]:
    """Return the lines, indented; of those that are too many the first, and how many follow.

    There are `more` than these.
    """
    if len(lines) + min(more, 1) > room:
        shown = max(0, room - 1)
        lines = [*lines[:shown], f"and {len(lines) + more - shown} more"][:room]
    return [f"  {one}" for one in lines]


def unnamed(counts: TestCounts | None) -> int:
    """Return how many tests have failed besides those that are named."""
    return max(0, counts.failed + counts.errors - len(counts.failing)) if counts else 0


def failed(test: FailingTest) -> str:
    """Return in one line which test failed, and why."""
    return one_line(f"{test.name}: {test.message}" if test.message else test.name)


def also(others: Sequence[Failure]) -> list[str]:
    """Return what else went wrong, each with its cause; of many the first ones."""
    lines = [one.brief for one in others]
    if len(lines) > OTHERS:
        lines = [*lines[: OTHERS - 1], f"and {len(lines) - OTHERS + 1} more"]
    return [labelled("" if number else "also", one) for number, one in enumerate(lines)]


def _has_evidence(failure: Failure) -> bool:
    return bool(failure.step or failure.log or failure.state)

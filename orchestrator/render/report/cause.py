"""Why a run ended as it did, in few words: the first thing that a report shows. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from orchestrator.artifacts.record import Failure, Record, Verdict
from orchestrator.artifacts.spans import Outcome, Span
from orchestrator.artifacts.timeline import Timeline
from orchestrator.model.spot import Spot
from orchestrator.render import words
from orchestrator.render.report.material import Material
from orchestrator.render.report.told_tests import Test

MOST_LINES_OF_LOG = 3
MOST_LINES = 9
MOST_OTHERS = 2

MARGIN = 2.0
"""Seconds before and behind a failing step that are shown of a log."""

Window = tuple[str, float, float]
"""Whose log, from when to when."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What went wrong, the worst first; all of it is under ten lines.

    `facts` are labels and texts; `log` is the end of a log, or the rest of what was said; `window`
    tells in whose log, from when to when, more is. `tests` failed, and `more` besides.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    log: tuple[str, ...] = ()
    window: Window | None = None
    tests: tuple[Test, ...] = ()
    more: int = 0


def verdict(material: Material) -> Verdict | None:
    """Return how the run ended; without a record, as far as the events tell; None: nobody knows."""
    if material.record:
        return material.record.verdict
    timeline = material.timeline
    if _broken(timeline):
        return Verdict.ENVIRONMENT_FAILED
    if failing(material):
        return Verdict.TESTS_FAILED
    return None


def failing(material: Material) -> list[Test]:
    """Return the tests that failed, in the order of time."""
    return [one for one in material.tests if one.failed]


def cause(material: Material) -> Cause | None:
    """Return what went wrong; None where nothing did, or nothing is known."""
    record, timeline = material.record, material.timeline
    failures = record.failures if record else ()
    failed = failing(material)
    tests_first = failed and (not record or record.verdict is Verdict.TESTS_FAILED)
    if tests_first or (failed and not failures):
        return _of_tests(material, failed, failures)
    if failures:
        first, *others = failures
        return _with_tests(_of_failure(first, tuple(others), _window(first, timeline)), failed)
    if broken := _broken(timeline):
        return _of_span(broken)
    if record and record.verdict is Verdict.TESTS_FAILED:
        return _of_command(record)
    return _of_unfinished(timeline)


def _of_tests(material: Material, failed: list[Test], failures: tuple[Failure, ...]) -> Cause:
    total = len(material.tests)
    facts = [("meanwhile", one.headline) for one in failures[:MOST_OTHERS]]
    if not failures:
        died = [one for one in material.timeline.moments if one.kind == "died"]
        facts = [("meanwhile", f"{one.subject} died: {one.text}") for one in died[:MOST_OTHERS]]
    title = f"{len(failed)} of {total} test{'s' if total > 1 else ''} failed"
    return _with_tests(Cause(title=title, facts=tuple(facts)), failed)


def _with_tests(found: Cause, failed: list[Test]) -> Cause:
    """Return a cause with as many tests as it has lines left, of which each takes two."""
    room = MOST_LINES - 1 - len(found.facts) - len(found.log)
    shown = len(failed) if 2 * len(failed) <= room else max(0, (room - 1) // 2)
    return replace(found, tests=tuple(failed[:shown]), more=len(failed) - shown)


def _of_failure(failure: Failure, others: tuple[Failure, ...], window: Window | None) -> Cause:
    title, *rest = failure.message.split("\n")
    facts = [
        ("where", ", ".join(str(spot) for spot in failure.spots[:2])),
        *failure.facts,
        ("next", failure.hint),
        *(("also", one.brief) for one in others[:MOST_OTHERS]),
    ]
    known = tuple((label, text) for label, text in facts if text)
    most = min(MOST_LINES_OF_LOG, MOST_LINES - 1 - len(known))
    log = tuple(rest[:most]) or failure.log[-most:]
    return Cause(title=title, facts=known, log=log, window=window)


def _window(failure: Failure, timeline: Timeline) -> Window | None:
    """Return where to look in a log: a little before the failing step, until its end."""
    spans = [one for one in timeline.spans if one.step == failure.step] if failure.step else []
    if spans:
        return failure.subject, spans[-1].began - MARGIN, spans[-1].ended + MARGIN
    for one in timeline.moments:
        if one.kind == "died" and one.subject == failure.subject:
            return one.subject, one.at - 10 * MARGIN, one.at + MARGIN
    return None


def _of_span(span: Span) -> Cause:
    known = span.evidence
    spot = Spot(file=known.file, line=known.line)
    failure = Failure(
        message=span.message or f"{span.step} failed",
        hint=span.hint,
        answer=known.answer or (span.answers[-1].text if span.answers else ""),
        state=known.state,
        log=known.log,
        spots=(spot,) if spot.file else (),
    )
    window = (span.subject, span.began - MARGIN, span.ended + MARGIN)
    return _of_failure(failure, (), window)


def _of_unfinished(timeline: Timeline) -> Cause | None:
    """Return what was under way when the run was stopped, or when nothing more was told of it."""
    if timeline.command and timeline.code is None:
        return Cause(
            title="Nothing more was told while this was running",
            facts=(_command(timeline.command),),
        )
    path = timeline.critical_path()
    if timeline.is_ready or not path or path[-1].span.outcome is Outcome.DONE:
        return None
    span = path[-1].span
    about = words.about(span.subject, span.step)
    taken = words.seconds(span.seconds)
    answer = span.answers[-1].text if span.answers else span.evidence.answer
    return Cause(
        title=f"{about}: {words.under_way(span.step)}, for {taken}, when it ended",
        facts=(("last answer", answer),) if answer else (),
        log=span.evidence.log[-MOST_LINES_OF_LOG:],
        window=(span.subject, span.began - MARGIN, span.ended + MARGIN),
    )


def _of_command(record: Record) -> Cause:
    return Cause(
        title=f"The command ended with exit code {record.exit_code}",
        facts=(_command(record.command),),
    )


def _command(words: tuple[str, ...]) -> tuple[str, str]:
    return "command", shlex.join(words)


def _broken(timeline: Timeline) -> Span | None:
    """Return the step of the way up that failed first, where nothing became ready after all."""
    broken = [
        one
        for one in timeline.spans
        if one.outcome is Outcome.FAILED and one.phase == "up" and not timeline.is_ready
    ]
    return min(broken, key=lambda one: one.ended, default=None)

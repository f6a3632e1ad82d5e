"""The environment as a suite of its own: each step that its users know is a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from orchestrator.artifacts.junit.elements import OWN, add, case, suite
from orchestrator.artifacts.record import Failure, Record
from orchestrator.artifacts.spans import Outcome, Span
from orchestrator.artifacts.timeline import Timeline
from orchestrator.errors import NOT_REMOVED, Evidence
from orchestrator.model.event import Event, InstanceDied, StepBroke

KNOWN = ("pull", "build", "start", "adopt", "own", "restore", "ready", "add", "seed")
"""What the steps begin with that are shown in any case; all others only when they fail."""

SETTLES = ("ready", "add")
"""The steps with which a resource is there for others; whoever did not come to it was skipped."""


def environment_suite(record: Record, events: Iterable[Event]) -> Element:
    """Return the suite of a run: what it did, what failed, and what it did not come to."""
    told = tuple(events)
    return EnvironmentSuite(record, Timeline.of(told), told).made()


class EnvironmentSuite:
    """Makes the suite of one run."""

    def __init__(self, record: Record, timeline: Timeline, events: tuple[Event, ...]) -> None:
        self._record = record
        self._timeline = timeline
        self._broken = {one.step: one for one in events if isinstance(one, StepBroke)}
        self._dead = {one.subject: one for one in events if isinstance(one, InstanceDied)}
        self._name = OWN + (record.name or timeline.name or "environment")
        self._suite = suite(self._name, record.began, **dict(properties(record)))

    def made(self) -> Element:
        """Return the suite with all its cases."""
        spans = [one for one in self._timeline.spans if self._is_shown(one)]
        for span in spans:
            self._step(span)
        for name in self._timeline.resources:
            if not any(one.subject == name and one.verb in SETTLES for one in spans):
                made = case(self._suite, f"ready {name}", self._name)
                add(made, "skipped", message=f"it did not come to that: {self._why()}")
        self._deaths()
        self._others(spans)
        return self._suite

    def _is_shown(self, span: Span) -> bool:
        """Whether users know this step; of a way up in several attempts, the last one counts."""
        known = span.phase == "up" and span.verb in KNOWN
        return span.attempt == self._timeline.attempt and (known or span.outcome is Outcome.FAILED)

    def _step(self, span: Span) -> None:
        made = case(self._suite, span.step, self._name, span.seconds)
        match span.outcome:
            case Outcome.FAILED:
                failed(made, self._failure(span), "failed")
            case Outcome.STOPPED | Outcome.UNDER_WAY:
                answer = f"; last answer: {span.answers[-1].text}" if span.answers else ""
                add(made, "skipped", message=f"it was stopped: {self._why()}{answer}")
            case Outcome.DONE:
                pass

    def _failure(self, span: Span) -> Failure:
        """Return a failed step with all that is known of it."""
        for failure in self._record.failures:
            if failure.step == span.step:
                return failure
        broke = self._broken.get(span.step)
        known = broke.evidence if broke else Evidence()
        return Failure(
            message=span.message,
            hint=broke.hint if broke else "",
            step=span.step,
            seconds=span.seconds,
            answer=known.answer,
            state=known.state,
            log=known.log,
        )

    def _deaths(self) -> None:
        """Add what has died while the tests were running, as the record or the events tell it."""
        known = {one.subject: one for one in self._record.failures if one.subject and not one.step}
        for name, event in self._dead.items():
            told = Failure(message=event.words, state=event.state, log=event.log)
            known.setdefault(name, told)
        for name, failure in known.items():
            failed(case(self._suite, f"alive {name}", self._name), failure, "died")

    def _others(self, spans: list[Span]) -> None:
        """Add what went wrong in no step: a mistake in the manifest, an engine that is silent.

        A part of the run that took too long is none of the plan's steps either, but has a name.
        """
        names: dict[str, list[Failure]] = {}
        steps = {one.step for one in spans}
        removal = any(one.phase == "down" for one in spans)
        for failure in self._record.failures:
            if failure.step in steps or (failure.subject and not failure.step):
                continue
            if failure.step:
                names.setdefault(failure.step, []).append(failure)
            elif not failure.message.startswith(NOT_REMOVED):
                names.setdefault("environment", []).append(failure)
            elif not removal:
                names.setdefault("removal", []).append(failure)
        for name, failures in names.items():
            made = case(self._suite, name, self._name)
            text = "\n\n".join("\n".join(words(one)) for one in failures)
            add(made, "error", text, message=failures[0].headline, kind="failed")

    def _why(self) -> str:
        """Return in a few words what ended the way up."""
        broken = [
            one
            for one in self._timeline.spans
            if one.outcome is Outcome.FAILED and one.phase == "up"
        ]
        if broken:
            return f"{min(broken, key=lambda one: one.ended).step} failed"
        if self._record.failures:
            return self._record.failures[0].headline
        return "the run was ended"


def properties(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of a run, as names and values."""
    engines = (f"{one.name} {one.version}".strip() for one in record.engines)
    pairs = {
        "run": record.run,
        "manifest": record.manifest,
        "engines": ", ".join(engines),
        "instead": ", ".join(f"{name}={use}" for name, use in record.instead.items()),
        "greenroom": record.greenroom,
    }
    return ((name, value) for name, value in pairs.items() if value)


def failed(of: Element, failure: Failure, kind: str) -> None:
    """Tell of a case what went wrong, with the end of the log as what it has said."""
    add(of, "error", "\n".join(words(failure)), message=failure.headline, kind=kind)
    if failure.log:
        add(of, "system-out", "\n".join(failure.log) + "\n")


def words(failure: Failure) -> Iterator[str]:
    """Yield a failure line by line, without its log."""
    yield failure.message
    yield from (f"{label}: {text}" for label, text in failure.facts)
    yield from (f"at {spot}" for spot in failure.spots)
    yield from failure.notes
    if failure.hint:
        yield f"hint: {failure.hint}"

"""A run in time: what took how long, who waited for whom, and what decided when it was ready. Pure.

Times are seconds since the Unix epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from orchestrator.artifacts.phases import phases
from orchestrator.artifacts.record import Phase
from orchestrator.artifacts.spans import Outcome, Span, Spans
from orchestrator.artifacts.tests import TestRecord
from orchestrator.model.event import (
    CommandEnded,
    CommandStarted,
    Event,
    InstanceDied,
    Noticed,
    RunStarted,
)


@dataclass(frozen=True)
class Moment:
    """Something that happened at one time: an instance died, or something was noticed."""

    at: float
    kind: Literal["died", "noticed"]
    text: str
    subject: str = ""


@dataclass(frozen=True)
class Leg:
    """A part of the critical path: a step, and the seconds that passed before it began.

    They count from the end of the step before it on the path; before the first one, from the
    beginning of the phase.
    """

    span: Span
    gap: float


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """All that is known of when things happened; made by `Timeline.of`.

    `resources` are the instances in the manifest's order, `tasks` those of them that are done when
    they have ended. `phases` are in the order of their beginnings; what has not ended, ends with
    the last event. `command` is what ran in it, and `code` its exit code, None while it has none.
    `tests` are those that were told of.
    """

    began: float = 0.0
    ended: float = 0.0
    run: str = ""
    name: str = ""
    engines: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    code: int | None = None
    is_ready: bool = False
    attempt: int = 1
    spans: tuple[Span, ...] = ()
    phases: tuple[Phase, ...] = ()
    moments: tuple[Moment, ...] = ()
    tests: tuple[TestRecord, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event], tests: Iterable[TestRecord] = ()) -> Timeline:
        """Return the timeline of what was told, in the order of its telling."""
        told, ran = tuple(events), tuple(tests)
        spans = Spans()
        for event in told:
            spans.see(event)
        times = [
            *(event.at for event in told),
            *(time for test in ran for time in (test.began, test.ended)),
        ]
        first = next((event for event in told if isinstance(event, RunStarted)), None)
        command = next((event for event in told if isinstance(event, CommandStarted)), None)
        codes = [event.code for event in told if isinstance(event, CommandEnded)]
        found = spans.all()
        return cls(
            began=min(times, default=0.0),
            ended=max(times, default=0.0),
            run=first.run if first else "",
            name=first.name if first else "",
            engines=first.engines if first else (),
            resources=first.resources if first else (),
            tasks=first.tasks if first else (),
            command=command.command if command else (),
            code=codes[-1] if codes else None,
            is_ready=bool(spans.ready),
            attempt=spans.ready or max(1, spans.attempt),
            spans=found,
            phases=phases(told, found, ran),
            moments=tuple(_moments(told)),
            tests=ran,
        )

    def phase(self, name: str) -> Phase | None:
        """Return the phase of this name, if the run has come to it."""
        return next((phase for phase in self.phases if phase.name == name), None)

    def of_subject(self, subject: str) -> tuple[Span, ...]:
        """Return the spans of one instance or image, in the order of their beginnings."""
        return tuple(span for span in self.spans if span.subject == subject)

    def before(self, span: Span) -> tuple[Span, ...]:
        """Return the steps that a span has waited for."""
        found = (self._by_key.get((span.attempt, key)) for key in span.after)
        return tuple(one for one in found if one)

    def forerunner(self, span: Span) -> Span | None:
        """Return the one of them for which it has waited longest, None if there was none."""
        return max(self.before(span), key=lambda one: one.ended, default=None)

    def critical_path(self, phase: str = "up") -> tuple[Leg, ...]:
        """Return the steps that decided how long a phase took, in the order of time.

        The last of them is the step that failed first; else, where it was not ready, the one that
        was under way longest; else the one that ended last. That can be one that no other waits
        for: a run is ready when *all* its steps are done, the storing of snapshots included. Each
        of the others ended last among those that the next one waited for.
        """
        legs: list[Leg] = []
        span = self._deciding(phase)
        seen = set[str]()
        while span and span.step not in seen:
            seen.add(span.step)
            before = self.forerunner(span)
            since = before.ended if before else self._began(phase, span)
            legs.append(Leg(span, max(0.0, span.began - since)))
            span = before
        return tuple(reversed(legs))

    def _deciding(self, phase: str) -> Span | None:
        spans = [one for one in self.spans if one.phase == phase]
        if phase == "up":
            spans = [one for one in spans if one.attempt == self.attempt]
        broken = [one for one in spans if one.outcome is Outcome.FAILED]
        if broken:
            return min(broken, key=lambda one: one.ended)
        open_ = [one for one in spans if one.outcome is not Outcome.DONE]
        if open_:
            return min(open_, key=lambda one: one.began)
        return max(spans, key=lambda one: one.ended, default=None)

    @cached_property
    def _by_key(self) -> dict[tuple[int, str], Span]:
        """The span of each step in each attempt, the last one where it was taken again."""
        return {(one.attempt, one.step): one for one in self.spans}

    def _began(self, name: str, span: Span) -> float:
        phase = self.phase(name)
        return phase.began if phase else span.began


def _moments(events: tuple[Event, ...]) -> Iterator[Moment]:
    for event in events:
        match event:
            case InstanceDied(at=at, subject=subject, state=state):
                yield Moment(at, "died", state, subject)
            case Noticed(at=at, text=text):
                yield Moment(at, "noticed", text)

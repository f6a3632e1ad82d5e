"""Steps as spans of time, put together from what was told of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from orchestrator.errors import Evidence
from orchestrator.model.event import (
    Event,
    ProbeAnswered,
    RunCompared,
    RunReady,
    RunStarted,
    StepBroke,
    StepDone,
    StepStarted,
    StepStopped,
)
from orchestrator.model.step_key import REMOVAL, verb


class Outcome(StrEnum):
    """How a step ended, as one says it."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNDER_WAY = "still under way"


@dataclass(frozen=True)
class Answer:
    """What a probe was answered, and when."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Span:
    """A step from its beginning to its end; times are seconds since the Unix epoch.

    `ended` of one that is still under way is when something was told last. `after` are the steps
    that it has waited for, `phase` is `up`, `tests` or `down`. A run can come up in several
    attempts (of a damaged snapshot, say), and what is reset comes up once more: `attempt` counts
    from 1. `message`, `hint` and `evidence` are those of a failure.
    """

    step: str
    subject: str
    began: float
    ended: float
    outcome: Outcome
    phase: str = "up"
    attempt: int = 1
    cause: str = ""
    after: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""
    evidence: Evidence = Evidence()
    answers: tuple[Answer, ...] = ()

    @property
    def verb(self) -> str:
        """What the step does: the first word of its key."""
        return verb(self.step)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(0.0, self.ended - self.began)


@dataclass
class _Open:
    """A step that has not ended yet."""

    started: StepStarted
    phase: str
    attempt: int
    answers: list[Answer] = field(default_factory=list)

    def ends(self, at: float, outcome: Outcome) -> Span:
        """Return it as it ended."""
        return Span(
            step=self.started.step,
            subject=self.started.subject,
            cause=self.started.cause,
            after=self.started.after,
            began=self.started.at,
            ended=max(at, self.started.at),
            outcome=outcome,
            phase=self.phase,
            attempt=self.attempt,
            answers=tuple(self.answers),
        )


class Spans:
    """Takes in events, in the order in which they were told, and knows the spans so far."""

    def __init__(self) -> None:
        self.attempt = 0
        self.ready = 0
        self._over: list[Span] = []
        self._open: dict[str, _Open] = {}
        self._phase = "up"
        self._changing = False
        self._broke: float | None = None
        self._last = 0.0
        self._runs: set[str] = set()

    def see(self, event: Event) -> None:
        """Take in what happened. Whatever is told of a step that never began is of no use."""
        self._last = max(self._last, event.at)
        match event:
            case RunStarted():
                self._begin(event)
            case RunCompared():
                self._changing = True
            case RunReady():
                self.ready = self.ready or self.attempt
                self._phase, self._changing = "tests", False
            case StepStarted():
                self._start(event)
            case ProbeAnswered(at=at, step=step, answer=text) if step in self._open:
                self._open[step].answers.append(Answer(at, text))
            case StepDone(at=at, step=step):
                self._end(step, at, Outcome.DONE)
            case StepBroke():
                self._fail(event)
            case StepStopped(at=at, step=step, evidence=evidence):
                self._end(step, at, Outcome.STOPPED, evidence=evidence)
            case _:
                pass

    def all(self) -> tuple[Span, ...]:
        """Return all spans, in the order of their beginnings."""
        spans = [*self._over, *(self._unfinished(one) for one in self._open.values())]
        return tuple(sorted(spans, key=lambda span: span.began))

    def _begin(self, event: RunStarted) -> None:
        """Begin an attempt: what the one before has left open was stopped."""
        self._close(event.at)
        self.attempt += 1
        self._runs.add(event.run)
        self._broke = None
        self._phase = "tests" if self.ready else "up"

    def _start(self, event: StepStarted) -> None:
        if verb(event.step) in REMOVAL:
            if event.step.rpartition(" ")[2] not in self._runs:
                return  # What other runs have left is swept away meanwhile.
            self._phase = self._phase if self._changing else "down"
        self._end(event.step, event.at, Outcome.STOPPED)
        self._open[event.step] = _Open(event, self._phase, max(1, self.attempt))

    def _fail(self, event: StepBroke) -> None:
        self._end(
            event.step,
            event.at,
            Outcome.FAILED,
            message=event.message,
            hint=event.hint,
            evidence=event.evidence,
        )
        if self._phase == "up":
            self._broke = event.at if self._broke is None else self._broke
        self._changing = False

    def _end(self, step: str, at: float, outcome: Outcome, **known: Any) -> None:
        if opened := self._open.pop(step, None):
            self._over.append(replace(opened.ends(at, outcome), **known))

    def _close(self, at: float) -> None:
        self._over += [self._unfinished(one, at) for one in self._open.values()]
        self._open.clear()

    def _unfinished(self, opened: _Open, at: float | None = None) -> Span:
        """Return what is open as it is now; where something has failed, all else was stopped."""
        if opened.phase == "up" and self._broke is not None:
            return opened.ends(self._broke, Outcome.STOPPED)
        if at is not None:
            return opened.ends(at, Outcome.STOPPED)
        return opened.ends(self._last, Outcome.UNDER_WAY)

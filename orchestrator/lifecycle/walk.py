"""A walk through a plan: what may begin, what has ended, and what a failure leaves to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial

from orchestrator.errors import StepFailed
from orchestrator.model.step import Step
from orchestrator.waiting import Deadline, Stop, Stopped

GRACE_SECONDS = 1.0
"""How long others may still go on when a step has failed: most seeds take a tenth of that."""


@dataclass
class Outcome:
    """What became of the steps: the failures in the order in which they happened.

    `unforeseen` is what was raised that no step should raise.
    """

    done: set[str] = field(default_factory=set)
    failures: list[StepFailed] = field(default_factory=list)
    unforeseen: list[Exception] = field(default_factory=list)


@dataclass(frozen=True)
class Grace:
    """Which steps may go on for a moment when another has failed, and `until` when.

    It is `of` those that are likely to fail soon, too, for a reason of their own. They may begin,
    what they wait for directly may end, and when none is left nobody waits any longer.
    """

    of: Callable[[Step], bool]
    until: Callable[[], Deadline] = partial(Deadline.after, GRACE_SECONDS)

    def is_for(self, running: Iterable[Step], waiting: Iterable[Step]) -> bool:
        """Whether one of these is such a step, or waited for by one."""
        waited_for = {key for step in waiting if self.of(step) for key in step.after}
        return any(self.of(step) or step.key in waited_for for step in running)


NO_GRACE = Grace(lambda _step: False)
"""All are told to stop as soon as one has failed."""


@dataclass
class Walk:
    """What is left of a plan: the steps that are `waiting`, and those that are `running`.

    With `carry_on` those behind a failure are begun as well.
    """

    begin: Callable[[Step], Future[None]]
    stop: Stop
    outcome: Outcome
    waiting: list[Step]
    running: dict[Future[None], Step] = field(default_factory=dict)
    carry_on: bool = False

    def goes_on(self) -> bool:
        """Begin what waits for nothing any more; whether anything is under way."""
        if not self.stop.ordered:
            for step in free(self.waiting, self.outcome.done):
                self.running[self.begin(step)] = step
        return bool(self.running)

    def has_settled(self, seconds: float | None = None) -> bool:
        """Wait for a step to end, at most so long; False when everything else should stop."""
        ended = wait(self.running, seconds, FIRST_COMPLETED).done
        settled = [
            settle(one, self.running.pop(one), self.outcome, carry_on=self.carry_on)
            for one in ended
        ]
        return all(settled)

    def give(self, grace: Grace) -> None:
        """Go on for a moment with what is likely to fail, too, and begin nothing else."""
        until = grace.until()
        self.waiting = [step for step in self.waiting if grace.of(step)]
        while self.goes_on() and grace.is_for(self.running.values(), self.waiting):
            if self.stop.ordered or until.passed:
                break
            self.has_settled(until.remaining())


def free(waiting: list[Step], done: set[str]) -> Iterator[Step]:
    """Take out, one by one, the steps that wait for nothing any more."""
    for step in [step for step in waiting if done.issuperset(step.after)]:
        waiting.remove(step)
        yield step


def settle(future: Future[None], step: Step, outcome: Outcome, *, carry_on: bool) -> bool:
    """Write down how a step ended; False when everything else should stop."""
    try:
        future.result()
    except StepFailed:
        pass  # It is among the failures already.
    except Stopped:
        return False
    except Exception as error:
        if not carry_on:
            raise
        outcome.unforeseen.append(error)
    else:
        outcome.done.add(step.key)
        return True
    if carry_on:
        outcome.done.add(step.key)
    return carry_on

"""Walks a plan: each step runs as soon as the steps it waits for are done, in parallel.

It decides nothing. `perform` does the work of a step; everything that happens is told as an event.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from orchestrator.errors import GreenroomError, StepFailed
from orchestrator.model.event import Event, StepBroke, StepDone, StepStarted
from orchestrator.model.step import Plan, Step
from orchestrator.waiting import Stop, Stopped

Tell = Callable[[Event], None]
Perform = Callable[[Step], None]
Look = Callable[[Step], StepFailed | None]
"""Says of a step that was broken off whether it would have failed anyway."""

THREADS = 64
"""Most steps wait for an engine or a server, so that many threads cost little."""


def ignore(_event: Event) -> None:
    """Tell nobody."""


@dataclass
class Outcome:
    """What became of the steps: the failures in the order in which they happened.

    `unforeseen` is what was raised that no step should raise.
    """

    done: set[str] = field(default_factory=set)
    failures: list[StepFailed] = field(default_factory=list)
    unforeseen: list[Exception] = field(default_factory=list)


def nothing(_step: Step) -> None:
    """Say nothing of a step that was broken off."""


def execute(plan: Plan, perform: Perform, tell: Tell, stop: Stop, look: Look = nothing) -> None:
    """Walk the plan to its end; at the first failure everything else is told to stop.

    Returns, or raises, only when no step is running any more. Raises the first StepFailed, with
    those `others` that had failed by then, too; Stopped if the order to stop came from elsewhere;
    and whatever interrupts the waiting, Ctrl-C included. Nobody waits for a second failure: a step
    that is broken off because of the first gets one `look`, in its own thread.
    """
    outcome = walk(plan, perform, tell, stop, look, stop_at_failure=True)
    if outcome.failures:
        # Which of our own threads and functions it came through is no help to anybody.
        first, *others = (one.with_traceback(None) for one in outcome.failures)
        first.others = tuple(others)
        raise first
    if len(outcome.done) < len(plan.steps):
        raise Stopped


def execute_all(plan: Plan, perform: Perform, tell: Tell, stop: Stop) -> list[StepFailed]:
    """Walk the plan to its end whatever fails, as removal must, and return the failures.

    A step whose forerunner failed is tried all the same: what can be removed is to be removed.
    What nobody has thought of is raised in the end, with the failures noted on it.
    """
    outcome = walk(plan, perform, tell, stop, nothing, stop_at_failure=False)
    if not outcome.unforeseen:
        return outcome.failures
    error = outcome.unforeseen[0]
    for failure in outcome.failures:
        error.add_note(f"{failure.step}: {failure.message}")
    raise error


def walk(
    plan: Plan, perform: Perform, tell: Tell, stop: Stop, look: Look, *, stop_at_failure: bool
) -> Outcome:
    """Start what is free, wait for what runs, until neither is left."""
    outcome, running = Outcome(), dict[Future[None], Step]()
    waiting = list(plan.steps)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="greenroom") as pool:
        try:
            while True:
                if not stop.ordered:
                    for step in free(waiting, outcome.done):
                        running[pool.submit(one, step, perform, tell, look, outcome)] = step
                if not running:
                    return outcome
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step = running.pop(future)
                    if settle(future, step, outcome, carry_on=not stop_at_failure):
                        continue
                    stop.order()
        except BaseException:
            stop.order()
            raise


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


def one(step: Step, perform: Perform, tell: Tell, look: Look, outcome: Outcome) -> None:
    """Perform one step and tell how it went; whatever goes wrong becomes a StepFailed."""
    began = time.monotonic()
    tell(
        StepStarted(
            at=time.time(),
            step=step.key,
            subject=step.subject,
            cause=step.cause,
            after=step.after,
        )
    )
    try:
        performed(step, perform, look, outcome)
    except StepFailed as failure:
        outcome.failures.append(failure)
        tell(broke(step, failure, began))
        raise
    tell(
        StepDone(
            at=time.time(), step=step.key, subject=step.subject, seconds=time.monotonic() - began
        )
    )


def performed(step: Step, perform: Perform, look: Look, outcome: Outcome) -> None:
    """Perform one step. Raises StepFailed for all that goes wrong, Stopped where it is stopped."""
    try:
        perform(step)
    except StepFailed:
        raise
    except GreenroomError as error:
        raise StepFailed(step.key, error.message, hint=error.hint) from error
    except Stopped:
        # Where the order came from elsewhere, nobody is to wait for a look.
        failure = look(step) if outcome.failures else None
        if failure is None:
            raise
        raise failure from None


def broke(step: Step, failure: StepFailed, began: float) -> StepBroke:
    """Return the event for a failure."""
    return StepBroke(
        at=time.time(),
        step=step.key,
        subject=step.subject,
        seconds=time.monotonic() - began,
        message=failure.message,
        hint=failure.hint,
        evidence=failure.evidence,
    )

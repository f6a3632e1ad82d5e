"""Walks a plan: each step runs as soon as the steps it waits for are done, in parallel.

It decides nothing. `perform` does the work of a step; everything that happens is told as an event.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from orchestrator.errors import GreenroomError, StepFailed
from orchestrator.lifecycle.walk import NO_GRACE, Grace, Outcome, Walk
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


def nothing(_step: Step) -> None:
    """Say nothing of a step that was broken off."""


def execute(
    plan: Plan,
    perform: Perform,
    tell: Tell,
    stop: Stop,
    look: Look = nothing,
    grace: Grace = NO_GRACE,
) -> None:
    """Walk the plan to its end; at the first failure everything else is told to stop.

    Returns, or raises, only when no step is running any more. Raises the first StepFailed, with
    those `others` that had failed by then, too; Stopped if the order to stop came from elsewhere;
    whatever interrupts the waiting, Ctrl-C included; and what nobody has thought of, with the
    failures before it noted on it. What is likely to fail, too, has its `grace`; a step that is
    broken off because of the first gets one `look`, in its own thread.
    """
    outcome = walk(plan, perform, tell, stop, look, grace)
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
    outcome = walk(plan, perform, tell, stop, nothing, None)
    if not outcome.unforeseen:
        return outcome.failures
    error = outcome.unforeseen[0]
    note(outcome.failures, error)
    raise error


def note(failures: Iterable[StepFailed], error: Exception) -> None:
    """Say on what nobody has thought of what else has failed."""
    for failure in failures:
        error.add_note(f"{failure.step}: {failure.message}")


def walk(
    plan: Plan, perform: Perform, tell: Tell, stop: Stop, look: Look, grace: Grace | None
) -> Outcome:
    """Start what is free, wait for what runs, until neither is left.

    At the first failure it stops, when the `grace` for others is over; without one it goes on.
    """
    with ThreadPoolExecutor(THREADS, thread_name_prefix="greenroom") as pool:
        outcome = Outcome()

        def begin(step: Step) -> Future[None]:
            return pool.submit(one, step, perform, tell, look, outcome)

        under_way = Walk(begin, stop, outcome, list(plan.steps), carry_on=grace is None)
        try:
            while under_way.goes_on():
                if under_way.has_settled():
                    continue
                if grace and outcome.failures:
                    under_way.give(grace)
                stop.order()
        except BaseException as error:
            stop.order()
            if isinstance(error, Exception):
                note(outcome.failures, error)
            raise
    return outcome


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

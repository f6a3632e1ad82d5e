"""Removes what engines report, and looks again whether anything is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.engines.asking import in_time
from orchestrator.engines.engine import Engine
from orchestrator.errors import NOT_REMOVED, EngineError, NotRemoved, StepFailed
from orchestrator.lifecycle.executor import Tell, execute_all
from orchestrator.model.event import RunRemoved
from orchestrator.model.launch import Found
from orchestrator.model.resource import PROCESS
from orchestrator.model.step import Close, Plan, Remove, Step
from orchestrator.plan import plan_down
from orchestrator.waiting import Deadline, Stop, TimedOut, poll

LIST_SECONDS = 15.0
LEFT_SECONDS = 3.0
REMOVE_SECONDS = 30.0
"""What takes longer is left to the watchdog, which has more patience."""
REFUSED_SECONDS = 3.0
"""How long a removal that the engine refuses is tried again: a daemon may be starting anew."""
IN_VAIN_SECONDS = 1.0


def listed(
    engines: Mapping[str, Engine], run: str | None = None, seconds: float = LIST_SECONDS
) -> list[Found]:
    """Return everything of Greenroom's, or of one run, on all of these engines.

    Raises EngineUnavailable when one does not answer within so many seconds.
    """
    found: list[Found] = []
    for engine in engines.values():
        with in_time(engine.name, seconds) as deadline:
            found += engine.list(deadline, run)
    return found


def answered(
    engines: Mapping[str, Engine], run: str, seconds: float
) -> tuple[list[Found], list[EngineError]]:
    """Return what the engines have of a run, and why others did not say."""
    found: list[Found] = []
    silent: list[EngineError] = []
    for name, engine in engines.items():
        try:
            found += listed({name: engine}, run, seconds)
        except EngineError as error:
            silent.append(error)
    return found, silent


def remove_run(
    title: str,
    run: str,
    engines: Mapping[str, Engine],
    tell: Tell,
    seconds: float = REMOVE_SECONDS,
) -> int:
    """Remove all of a run that the engines report, and return how many things that were.

    No step takes longer than so many seconds. Raises NotRemoved, which names everything that is
    left with the reason, and EngineError when an engine cannot even be asked, after all that others
    have is removed.
    """
    began = time.monotonic()
    found, silent = answered(engines, run, min(seconds, LIST_SECONDS))
    remove = remover(engines, seconds)
    # The run's folder says until when the rest may live: as long as that is there, so is it.
    failures = execute_all(plan_down(title, found, staying=(PROCESS,)), remove, tell, Stop())
    if silent and not failures:
        raise silent[0]
    if not failures:
        failures = execute_all(plan_down(title, folders(found)), remove, tell, Stop())
    if failures:
        raise not_removed(run, failures, left(engines, run))
    tell(RunRemoved(at=time.time(), run=run, seconds=time.monotonic() - began, removed=len(found)))
    return len(found)


def remove_things(
    title: str, found: Iterable[Found], engines: Mapping[str, Engine], tell: Tell
) -> list[StepFailed]:
    """Remove these instances and nothing else, and return what could not be removed."""
    steps = tuple(Remove(found=thing, cause="it was started in vain") for thing in found)
    return execute_all(Plan(title, steps), remover(engines), tell, Stop())


def folders(found: Iterable[Found]) -> Iterator[Found]:
    """Yield the run's folder."""
    return (thing for thing in found if thing.engine == PROCESS and not thing.instance)


def not_removed(run: str, failures: list[StepFailed], left: list[Found]) -> NotRemoved:
    """Return the error that names what is left, why, and what to do next."""
    messages = {failure.message for failure in failures}
    reasons = (
        f" {messages.pop()}"
        if len(messages) == 1
        else "".join(f"\n  {failure.step}: {failure.message}" for failure in failures)
    )
    names = ", ".join(sorted(thing.name or thing.id for thing in left))
    there = [f"still there: {names}"] if names else []
    hints = dict.fromkeys(failure.hint for failure in failures if failure.hint)
    again = f"try again with: greenroom down {run}"
    return NotRemoved(
        f"{NOT_REMOVED} all of {run}:{reasons}", hint="; ".join([*there, *hints, again])
    )


def left(engines: Mapping[str, Engine], run: str) -> list[Found]:
    """Return what is left of a run, as far as the engines tell."""
    try:
        return listed(engines, run, LEFT_SECONDS)
    except EngineError:
        return []


def remover(
    engines: Mapping[str, Engine], seconds: float = REMOVE_SECONDS
) -> Callable[[Step], None]:
    """Return what performs the steps of removal, each within so many seconds."""
    return Remover(engines, seconds).perform


@dataclass
class Remover:
    """Performs the steps of removal; what an engine refuses is tried again for a while.

    The place of a run cannot go while something in it stays: on an engine that did not remove all
    of that, it is not waited for.
    """

    engines: Mapping[str, Engine]
    seconds: float
    failing: set[str] = field(default_factory=set)

    def perform(self, step: Step) -> None:
        """Remove one thing. Raises the engine's last refusal."""
        match step:
            case Remove(found=found):
                remove = self.engines[found.engine].remove
                self.patiently(found.engine, lambda deadline: remove(found, deadline))
            case Close(engine=engine, run=run):
                close = self.engines[engine].close
                self.patiently(engine, lambda deadline: close(run, deadline))
            case _:
                raise AssertionError(f"{step.key} is no step of removal")

    def patiently(self, engine: str, ask: Callable[[Deadline], None]) -> None:
        """Ask until the engine has done it, or does not do it for long enough."""
        seconds = min(self.seconds, IN_VAIN_SECONDS) if engine in self.failing else self.seconds
        whole = Deadline.after(seconds)
        refusals = whole.sooner(REFUSED_SECONDS)
        refusal: EngineError | None = None

        def done() -> bool:
            nonlocal refusal
            try:
                ask(whole)
            except EngineError as error:
                refusal = error
                return False
            return True

        try:
            poll(done, refusals, first=0.1, longest=1.0)
        except TimedOut as error:
            self.failing.add(engine)
            if refusal:
                raise refusal from error
            words = f": {error}" if str(error) else ""
            raise EngineError(f"not done after {seconds:.0f} s{words}") from error

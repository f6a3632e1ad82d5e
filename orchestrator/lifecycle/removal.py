"""Removes what engines report, and looks again whether anything is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError, NotRemoved
from orchestrator.lifecycle.executor import Tell, execute_all
from orchestrator.model.event import RunRemoved
from orchestrator.model.launch import Found
from orchestrator.model.step import Close, Remove, Step
from orchestrator.plan import plan_down
from orchestrator.waiting import Deadline, Stop, TimedOut

LIST_SECONDS = 15.0
REMOVE_SECONDS = 60.0


def listed(engines: Mapping[str, Engine], run: str | None = None) -> list[Found]:
    """Return everything of Greenroom's, or of one run, on all of these engines."""
    deadline = Deadline.after(LIST_SECONDS)
    return [found for engine in engines.values() for found in engine.list(deadline, run)]


def remove_run(title: str, run: str, engines: Mapping[str, Engine], tell: Tell) -> int:
    """Remove all of a run that the engines report, and return how many things that were.

    Raises NotRemoved, which names everything that is left with the reason.
    """
    began = time.monotonic()
    found = listed(engines, run)
    plan = plan_down(title, found)
    failures = execute_all(plan, remover(engines), tell, Stop())
    left = listed(engines, run) if failures else []
    if failures:
        reasons = "\n".join(f"  {failure.step}: {failure.message}" for failure in failures)
        names = ", ".join(sorted(thing.name or thing.id for thing in left)) or "nothing else"
        raise NotRemoved(
            f"could not remove all of {run}:\n{reasons}",
            hint=f"still there: {names}; try again with: greenroom down {run}",
        )
    tell(RunRemoved(at=time.time(), run=run, seconds=time.monotonic() - began, removed=len(found)))
    return len(found)


def remover(engines: Mapping[str, Engine]) -> Callable[[Step], None]:
    """Return what performs the steps of removal."""

    def perform(step: Step) -> None:
        deadline = Deadline.after(REMOVE_SECONDS)
        try:
            match step:
                case Remove(found=found):
                    engines[found.engine].remove(found, deadline)
                case Close(engine=engine, run=run):
                    engines[engine].close(run, deadline)
                case _:
                    raise AssertionError(f"{step.key} is no step of removal")
        except TimedOut as error:
            words = f": {error}" if str(error) else ""
            raise EngineError(f"not done after {REMOVE_SECONDS:.0f} s{words}") from error

    return perform

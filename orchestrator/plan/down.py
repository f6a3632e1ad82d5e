"""The plan that removes what the engines have reported."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from orchestrator.model.launch import Found
from orchestrator.model.step import Close, Plan, Remove


def plan_down(title: str, found: Iterable[Found], staying: Collection[str] = ()) -> Plan:
    """Return steps that remove every instance, all at once, and then each run's own places.

    The places on the engines that are `staying` are left for later.
    """
    things = list(found)
    removes = [
        Remove(found=thing, cause=f"it belongs to run {thing.run}")
        for thing in things
        if thing.instance
    ]
    going = (thing for thing in things if thing.engine not in staying)
    places = dict.fromkeys((thing.engine, thing.run) for thing in going)
    closes = [
        Close(
            engine=engine,
            run=run,
            cause=f"nothing of run {run} is to be left",
            after=tuple(
                step.key for step in removes if (step.found.engine, step.found.run) == (engine, run)
            ),
        )
        for engine, run in places
    ]
    return Plan(title, (*removes, *closes))

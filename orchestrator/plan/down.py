"""The plan that removes what the engines have reported."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.model.launch import Found
from orchestrator.model.step import Close, Plan, Remove


def plan_down(title: str, found: Iterable[Found]) -> Plan:
    """Return steps that remove every instance, all at once, and then each run's own places."""
    things = list(found)
    removes = [
        Remove(found=thing, cause=f"it belongs to run {thing.run}")
        for thing in things
        if thing.instance
    ]
    places = dict.fromkeys((thing.engine, thing.run) for thing in things)
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

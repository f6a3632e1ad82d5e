"""The phases of a run: the way up, the tests, the collecting, the way down. Pure."""

from __future__ import annotations

from orchestrator.artifacts.record import Phase
from orchestrator.artifacts.spans import Span
from orchestrator.artifacts.tests import TestRecord
from orchestrator.model.event import (
    Collected,
    CommandEnded,
    CommandStarted,
    Event,
    RunReady,
    RunRemoved,
    RunStarted,
)


def phases(
    events: tuple[Event, ...], spans: tuple[Span, ...], tests: tuple[TestRecord, ...]
) -> tuple[Phase, ...]:
    """Return those that the run has come to, in the order of their beginnings.

    One that has not ended, ends with the last event.
    """
    last = max((event.at for event in events), default=0.0)
    found = (
        _up(events, spans, last),
        _tests(events, tests, last),
        _collect(events),
        _down(events, spans, last),
    )
    return tuple(sorted((one for one in found if one), key=lambda one: one.began))


def _up(events: tuple[Event, ...], spans: tuple[Span, ...], last: float) -> Phase | None:
    """Return the way up: to its end, or to the end of the last step where it came to none."""
    began = next((event.at for event in events if isinstance(event, RunStarted)), None)
    if began is None:
        return None
    ready = next((event.at for event in events if isinstance(event, RunReady)), None)
    ends = [span.ended for span in spans if span.phase == "up"]
    return Phase(name="up", began=began, ended=ready or max(ends, default=last))


def _tests(events: tuple[Event, ...], tests: tuple[TestRecord, ...], last: float) -> Phase | None:
    """Return when the tests ran: from their command's start to its end, else by what they told."""
    began = next((event.at for event in events if isinstance(event, CommandStarted)), None)
    if began is not None:
        ends = [event.at for event in events if isinstance(event, CommandEnded)]
        return Phase(name="tests", began=began, ended=max(ends, default=last))
    if tests:
        first, end = min(one.began for one in tests), max(one.ended for one in tests)
        return Phase(name="tests", began=first, ended=end)
    return None


def _collect(events: tuple[Event, ...]) -> Phase | None:
    for event in events:
        if isinstance(event, Collected):
            return Phase(name="collect", began=event.at - event.seconds, ended=event.at)
    return None


def _down(events: tuple[Event, ...], spans: tuple[Span, ...], last: float) -> Phase | None:
    """Return the way down: of several runs, which damaged snapshots lead to, that of the last."""
    runs = [event.run for event in events if isinstance(event, RunStarted)]
    for event in reversed(events):
        if isinstance(event, RunRemoved) and event.run in runs[-1:]:
            return Phase(name="down", began=event.at - event.seconds, ended=event.at)
    began = [span.began for span in spans if span.phase == "down" and span.attempt == len(runs)]
    return Phase(name="down", began=min(began), ended=last) if began else None

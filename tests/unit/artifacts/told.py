"""A run as tests tell it, on a few lines: `2 5 ready ledger < start ledger` took from 2 to 5 s.

Behind the step's key may stand, in this order, `< step, step` for what it waits for, and `! words`
for a failure with this message. `2 . start api` never ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.model.event import Event, RunReady, RunStarted, StepBroke, StepDone, StepStarted

BEGAN = 1000.0
RUN = "shop-x7k2"

LINE = re.compile(
    r"(?P<began>[\d.]+) +(?P<ended>[\d.]+) +(?P<step>[^<!]+)(< (?P<after>[^!]+))?(! (?P<why>.+))?"
)


def begun(*resources: str, run: str = RUN, at: float = 0.0) -> RunStarted:
    return RunStarted(
        at=BEGAN + at, run=run, name="shop", engines=("docker 28.1",), resources=resources
    )


def ready(at: float, run: str = RUN) -> RunReady:
    return RunReady(at=BEGAN + at, run=run, seconds=at, addresses=())


def steps(text: str) -> list[Event]:
    """The events of some steps, in the order of time."""
    events = [event for line in text.strip().splitlines() for event in _step(line.strip())]
    return sorted(events, key=lambda event: event.at)


def _step(line: str) -> Iterator[Event]:
    found = LINE.fullmatch(line)
    assert found, line
    step = found["step"].strip()
    began = BEGAN + float(found["began"])
    after = tuple(one.strip() for one in (found["after"] or "").split(",") if one.strip())
    subject = subject_of(step)
    yield StepStarted(at=began, step=step, subject=subject, cause=f"why {step}", after=after)
    if found["ended"] == ".":
        return
    ended = BEGAN + float(found["ended"])
    if found["why"]:
        yield StepBroke(
            at=ended, step=step, subject=subject, seconds=ended - began, message=found["why"]
        )
    else:
        yield StepDone(at=ended, step=step, subject=subject, seconds=ended - began)


def subject_of(step: str) -> str:
    verb, *words = step.split(" ")
    return "" if verb in ("open", "close") else words[1 if verb == "remove" else 0]

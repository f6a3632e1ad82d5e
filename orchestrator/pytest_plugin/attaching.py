"""The run in which pytest itself was started, which is joined when somebody asks for it."""

from __future__ import annotations

import os

from orchestrator.artifacts.at_once import at_once
from orchestrator.environment import Environment
from orchestrator.errors import GreenroomError
from orchestrator.lifecycle.view import View
from orchestrator.model.launch import SLICE_VARIABLE
from orchestrator.waiting import Deadline, TimedOut

ATTACH_SECONDS = 5.0
"""How long it may take to join a run: somebody waits for a test's report."""


def attached(run: str) -> Environment | str:
    """Join a run; where that cannot be, or nobody answers in time, return why in words."""
    found: list[Environment] = []
    job = {run: lambda: found.append(Environment.attach(run))}
    error = at_once(job, Deadline.after(ATTACH_SECONDS))[run]
    match error:
        case None:
            return found[0]
        case TimedOut():
            return f"nobody answered within {ATTACH_SECONDS:g} s"
    return str(error)


def own_slice(environment: Environment) -> View | None:
    """Return the slice that whoever started us has named, None where that is none."""
    name = os.environ.get(SLICE_VARIABLE)
    try:
        return environment.slices.named(name) if name else None
    except GreenroomError:
        return None

"""Performs the steps that copy what has been seeded: for slices, and for later runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from orchestrator.addressing.resolve import client_env
from orchestrator.addressing.route import Directory
from orchestrator.copying.copier import Copier
from orchestrator.engines.engine import Engine, Snapshots
from orchestrator.errors import EngineError
from orchestrator.model.event import Event, Noticed
from orchestrator.model.launch import Found, RunLabels
from orchestrator.model.snapshot import TAKE, TAKE_ON_HOST
from orchestrator.model.step import MakeTemplate, StoreSnapshot, TakeSnapshot
from orchestrator.waiting import Deadline, TimedOut

Tell = Callable[[Event], None]

NOTHING_THERE = "could not find"
"""The engine's words for a folder that is not there, because the copy before it went wrong."""


def keep_state(
    step: MakeTemplate | TakeSnapshot | StoreSnapshot,
    directory: Directory,
    engine: Engine,
    found: Found,
    labels: RunLabels,
    tell: Tell,
    deadline: Deadline,
) -> None:
    """Perform one of these steps.

    That a snapshot cannot be made is no failure: the environment is as good without one.
    """
    if isinstance(step, MakeTemplate):
        make_template(Copier(step.instance, directory, engine, found), deadline)
        return
    try:
        if isinstance(step, TakeSnapshot):
            take(step, directory, engine, found, deadline)
        else:
            store(step, directory, engine, found, labels, deadline)
    except (EngineError, TimedOut) as error:
        if not isinstance(step, StoreSnapshot) or NOTHING_THERE not in str(error).lower():
            words = (
                f"there will be no snapshot of {step.instance}: {str(error) or 'it took too long'}"
            )
            tell(Noticed(at=time.time(), text=words))


def make_template(copier: Copier, deadline: Deadline) -> None:
    """Make the template of slices."""
    try:
        copier.template(deadline)
    finally:
        copier.close()


def take(
    step: TakeSnapshot, directory: Directory, engine: Engine, found: Found, deadline: Deadline
) -> None:
    """Copy the data aside beside the server, which goes on running."""
    technology = directory.of(step.instance).technology
    assert technology is not None
    assert technology.snapshotting is not None
    script = TAKE_ON_HOST if directory.of(step.instance).native else TAKE
    argv = ("sh", "-c", script, technology.snapshotting.copy)
    env = client_env(step.instance, directory)
    result = engine.exec(found, argv, deadline, env=env)
    if result.exit_code:
        raise EngineError(f"{result.output or 'the copy failed'} (exit code {result.exit_code})")


def store(
    step: StoreSnapshot,
    directory: Directory,
    engine: Engine,
    found: Found,
    labels: RunLabels,
    deadline: Deadline,
) -> None:
    """Keep the copy."""
    assert isinstance(engine, Snapshots)
    resource = directory.of(step.instance)
    assert resource.technology is not None
    of = f"{labels.name}: {step.instance} ({resource.image or resource.technology.name})"
    engine.store(found, step.snapshot, step.image, of, labels, deadline)

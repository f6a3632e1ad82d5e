"""The last look at a run: all that is known of it while everything in it still stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError
from orchestrator.lifecycle.executor import Tell, ignore
from orchestrator.lifecycle.removal import answered
from orchestrator.model.facts import EngineFacts
from orchestrator.model.launch import Found
from orchestrator.model.manifest import Manifest
from orchestrator.waiting import Deadline

LOOK_SECONDS = 10.0

HURRY_SECONDS = 1.5
"""The same after a signal: CI systems kill some ten seconds after it, and removal needs five."""

LIST_SHARE = 0.3
"""How much of the time an engine may take to list what it has, before it counts as silent."""


@dataclass(frozen=True)
class LastLook:
    """A run just before its end.

    `found` is what the engines list of it, instances of slices and ended ones too; of an engine
    that is `silent`, with the reason, what it was known to have before. `directory` tells where
    everything is, None where the run has not come so far; `facts` are what the engines have said of
    themselves. In a `hurry` somebody wants it to end, and will not wait. `deadline` is the moment
    until which looking may take. `tell` takes events about the looking, and masks them.
    """

    run: str
    engines: Mapping[str, Engine]
    manifest: Manifest
    found: tuple[Found, ...] = ()
    silent: Mapping[str, EngineError] = field(default_factory=dict)
    directory: Directory | None = None
    facts: Mapping[str, EngineFacts] = field(default_factory=dict)
    hurry: bool = False
    deadline: Deadline = field(default_factory=lambda: Deadline.after(LOOK_SECONDS))
    tell: Tell = ignore


BeforeEnd = Callable[[LastLook], None]
"""Called with the last look at a run, just before that is removed or kept."""


def last_look(
    run: str,
    engines: Mapping[str, Engine],
    manifest: Manifest,
    *,
    known: Iterable[Found] = (),
    directory: Directory | None = None,
    facts: Mapping[str, EngineFacts] | None = None,
    hurry: bool = False,
    tell: Tell = ignore,
) -> LastLook:
    """Look at a run for the last time; `known` is what was known of it before.

    An engine that does not answer is no error.
    """
    seconds = HURRY_SECONDS if hurry else LOOK_SECONDS
    deadline = Deadline.after(seconds)
    found: list[Found] = []
    silent: dict[str, EngineError] = {}
    for name, engine in engines.items():
        listed, errors = answered({name: engine}, run, deadline.remaining(seconds * LIST_SHARE))
        found += listed
        if errors:
            silent[name] = errors[0]
            found += (thing for thing in known if thing.engine == name)
    return LastLook(
        run,
        engines,
        manifest,
        found=tuple(found),
        silent=silent,
        directory=directory,
        facts=facts or {},
        hurry=hurry,
        deadline=deadline,
        tell=tell,
    )

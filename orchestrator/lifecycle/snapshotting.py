"""Snapshots on this machine: whose turn it is to make one, when each was used, which have to go."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from enum import Enum, auto
from pathlib import Path

from orchestrator.engines.engine import Engine, Snapshots
from orchestrator.errors import Busy, EngineUnavailable, GreenroomError, NotKept
from orchestrator.host.turn import turn
from orchestrator.model.snapshot import Snapshot
from orchestrator.model.step import Plan, Start, TakeSnapshot
from orchestrator.state import state_folder
from orchestrator.waiting import Deadline

LIMIT = 10 * 10**9
"""Bytes that all snapshots may have together."""

SECONDS = 60.0

TURN_SECONDS = 300.0
"""How long another who makes the same snapshot is waited for."""

MAKING = "making the same snapshot"

SWITCH = "GREENROOM_SNAPSHOTS"
OFF = ("off", "no", "0", "false", "never")


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether the user's own settings leave snapshots on."""
    return environ.get(SWITCH, "").lower() not in OFF


class Had(Enum):
    """How the turn of making snapshots was had."""

    AT_ONCE = auto()
    AFTER_ANOTHER = auto()
    NOT_AT_ALL = auto()


@contextmanager
def turns(
    plan: Plan, environ: Mapping[str, str], limit: Deadline, wait: Callable[[], None]
) -> Iterator[Had]:
    """Have the turn of making each snapshot of this plan, for as long as the block runs.

    Yields whether somebody else had one of them first: then that one may be there now. `wait` is
    called if we have to wait. Who keeps us waiting for too long is not waited for. Raises Stopped,
    and Busy when the limit of everything passes.
    """
    had = Had.AT_ONCE

    def say() -> None:
        nonlocal had
        had = Had.AFTER_ANOTHER
        wait()

    with ExitStack() as stack:
        try:
            # In the same order everywhere, so that nobody waits for one who waits for him.
            for key in made(plan):
                until = limit.sooner(TURN_SECONDS)
                stack.enter_context(turn(f"snapshot-{key}", environ, until, say, MAKING))
        except (Busy, NotKept):
            if limit.passed:
                raise
            stack.close()
            had = Had.NOT_AT_ALL
        yield had


def made(plan: Plan) -> list[str]:
    """Return the keys of the snapshots that are made in a plan, in a fixed order."""
    return sorted({one.snapshot for one in plan.steps if isinstance(one, TakeSnapshot)})


def restored(plan: Plan) -> dict[str, str]:
    """Return the key of the snapshot that each instance of a plan is started from."""
    starts = (step for step in plan.steps if isinstance(step, Start) and step.snapshot)
    return {str(step.instance): step.snapshot for step in starts}


def note_use(keys: Iterator[str] | list[str], environ: Mapping[str, str]) -> None:
    """Note that these are used now; that it cannot be noted is no matter."""
    with suppress(OSError):
        folder = _folder(environ)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for key in keys:
            (folder / key).touch()


def known(engine: Snapshots, environ: Mapping[str, str]) -> list[Snapshot]:
    """Return the snapshots of an engine, the last used first."""
    found = [
        dataclasses.replace(one, used=max(_used(one.key, environ), float(one.created)))
        for one in engine.snapshots(Deadline.after(SECONDS))
    ]
    return sorted(found, key=lambda one: one.used, reverse=True)


def known_to_all(
    engines: Mapping[str, Engine],
    environ: Mapping[str, str],
    silent: Callable[[EngineUnavailable], None],
) -> list[Snapshot]:
    """Return the snapshots of all engines, the last used first.

    `silent` is told of each engine that does not answer.
    """
    found: list[Snapshot] = []
    for engine in keepers(engines):
        try:
            found += known(engine, environ)
        except EngineUnavailable as error:
            silent(error)
    return sorted(found, key=lambda one: one.used, reverse=True)


def trim(engine: Snapshots, environ: Mapping[str, str], limit: int = LIMIT) -> list[Snapshot]:
    """Remove those not used for longest until the rest is within the limit; return those gone.

    The last used one stays, and so does what something runs from.
    """
    gone: list[Snapshot] = []
    total = 0
    for place, one in enumerate(known(engine, environ)):
        total += one.size
        if place and total > limit:
            with suppress(GreenroomError):
                remove(engine, one.key, environ)
                gone.append(one)
    return gone


def remove(engine: Snapshots, key: str, environ: Mapping[str, str]) -> None:
    """Remove a snapshot. Raises EngineError while something runs from it."""
    engine.remove_snapshot(key, Deadline.after(SECONDS))
    with suppress(OSError):
        (_folder(environ) / key).unlink(missing_ok=True)


def keepers(engines: Mapping[str, Engine]) -> list[Snapshots]:
    """Return the engines that keep snapshots."""
    return [one for one in engines.values() if isinstance(one, Snapshots)]


def _folder(environ: Mapping[str, str]) -> Path:
    return state_folder(environ) / "snapshots"


def _used(key: str, environ: Mapping[str, str]) -> float:
    try:
        return (_folder(environ) / key).stat().st_mtime
    except OSError:
        return 0.0

"""`greenroom snapshots`: the seeded state that is kept for later runs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json
from orchestrator.cli.output import as_json, remark, table
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orchestrator.engines.engine import Engine
    from orchestrator.errors import EngineUnavailable
    from orchestrator.model.snapshot import Snapshot

MEGABYTE = 10**6

Remove = Annotated[
    list[str] | None,
    typer.Option("--remove", metavar="KEY", help="Remove this one; may be given several times."),
]
All = Annotated[bool, typer.Option("--remove-all", help="Remove all of them.")]


def snapshots(remove: Remove = None, remove_all: All = False, json: Json = False) -> int:
    """List the seeded state that is kept, or remove some.

    A database's state is kept when it is seeded for the first time, and later runs with the same
    image, settings and seeds start from it. Together they may have 10 GB: those not used for
    longest go first. What is removed is made anew when it is wanted.
    """
    from orchestrator.engines import make_all
    from orchestrator.lifecycle import snapshotting
    from orchestrator.model.resource import DOCKER, PROCESS

    engines = make_all((DOCKER, PROCESS), os.environ)
    found = snapshotting.known_to_all(engines, os.environ, silent)
    if remove or remove_all:
        return removed(engines, found, None if remove_all else remove or [])
    if json:
        as_json([as_value(one) for one in found])
    elif found:
        table([["SNAPSHOT", "OF", "SIZE", "LAST USED"], *map(row, found)])
        whole = sum(one.size for one in found) / MEGABYTE
        limit = snapshotting.LIMIT / MEGABYTE
        remark(f"together {whole:.0f} MB of {limit:.0f}")
    else:
        remark("there are no snapshots")
    return 0


def silent(error: EngineUnavailable) -> None:
    """Say that an engine does not answer."""
    remark(f"note: {error.message}; what it may have is not shown")


def removed(engines: Mapping[str, Engine], found: list[Snapshot], keys: list[str] | None) -> int:
    """Remove snapshots, all for None. Raises UsageError for a key that there is not."""
    from orchestrator.engines.engine import Snapshots
    from orchestrator.lifecycle import snapshotting

    known = [one.key for one in found]
    for key in keys or ():
        if key not in known:
            raise UsageError(f"there is no snapshot {key}", hint="greenroom snapshots lists them")
    wanted = [one for one in found if keys is None or one.key in keys]
    for one in wanted:
        engine = engines[one.engine]
        assert isinstance(engine, Snapshots)
        snapshotting.remove(engine, one.key, os.environ)
    remark(f"removed {len(wanted)}")
    return 0


def row(one: Snapshot) -> list[str]:
    """Return a line of the table."""
    return [one.key, one.of, f"{one.size / MEGABYTE:.0f} MB", ago(time.time() - one.used)]


def ago(seconds: float) -> str:
    """Return in words how long ago something was."""
    for size, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word} ago"
    return "just now"


def as_value(one: Snapshot) -> dict[str, object]:
    """Return a snapshot as JSON has it."""
    return {
        "key": one.key,
        "of": one.of,
        "engine": one.engine,
        "size": one.size,
        "created": one.created,
        "used": one.used,
    }

"""What Greenroom keeps on this machine: its state, runs, and snapshots."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator

from orchestrator.doctor.finding import Around, Finding, ok, problem, warning
from orchestrator.errors import EngineUnavailable, NotKept
from orchestrator.state import state_folder
from orchestrator.waiting import Deadline

GIGABYTE = 10**9
LITTLE_ROOM = GIGABYTE // 2
"""Data of servers without containers is there, and the logs of processes."""

PRUNE = '"greenroom prune" removes what nobody needs'


def state(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say whether the folder for what is kept can be written."""
    folder = state_folder(around.environ)
    place = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            free = shutil.disk_usage(place).free
    except OSError as error:
        words = f"cannot be written in {place}: {error.strerror}"
        hint = "name another folder with XDG_STATE_HOME"
        yield problem("state", words, hint, NotKept.exit_code)
        return
    words = f"{folder}, {free / GIGABYTE:.0f} GB free"
    if free < LITTLE_ROOM:
        yield warning("state", words, "make room, or name another folder with XDG_STATE_HOME")
    else:
        yield ok("state", words)


def runs(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say what is up, and what nobody needs any more."""
    from orchestrator.lifecycle.pruning import prunable
    from orchestrator.lifecycle.survey import survey

    found = survey(around.environ)
    kinds = Counter(one.kind for one in prunable(found, around.environ))
    alive = len(found.runs) - kinds["run"]
    words = f"{alive or 'none'} up"
    if kinds["run"]:
        yield warning("runs", f"{words}; {kinds['run']} that nobody needs any more", PRUNE)
    else:
        yield ok("runs", words)
    if kinds["image"]:
        yield ok("images", f"{kinds['image']} built by Greenroom and used by nothing now", PRUNE)


def snapshots(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say how much seeded state is kept."""
    from orchestrator.engines import make_all
    from orchestrator.lifecycle import snapshotting
    from orchestrator.model.resource import DOCKER, PROCESS

    engines = make_all((DOCKER, PROCESS), around.environ)
    found = snapshotting.known_to_all(engines, around.environ, _ignore)
    size = sum(one.size for one in found) / GIGABYTE
    limit = snapshotting.LIMIT / GIGABYTE
    if not snapshotting.wanted(around.environ):
        yield ok("snapshots", "off (GREENROOM_SNAPSHOTS)")
    elif found:
        yield ok("snapshots", f"{len(found)} kept, {size:.1f} of {limit:.0f} GB")
    else:
        yield ok("snapshots", "none kept yet")


def _ignore(_error: EngineUnavailable) -> None:
    """The line about the engine says it already."""

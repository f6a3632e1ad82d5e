"""What servers that root has started leave behind for good: copies of programs, empty folders.

These are below one folder for all of root's state folders, each in one named after its own. One
that is gone prunes nothing any more, so that whoever prunes looks into all of them.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.engines.process import homes, keeping
from orchestrator.errors import EngineError
from orchestrator.host.flock import locked
from orchestrator.host.reachable import ABOUT, COPIES, About, program_digest


@dataclass(frozen=True)
class Outdated:
    """A copy of a program that nothing needs any more, with the reason; `size` in bytes."""

    path: Path
    cause: str
    size: int


def copies() -> Iterator[Outdated]:
    """Yield the copies whose source is not there any more as it was, and of which nothing runs."""
    if not homes.is_root():
        return
    running: set[Path] | None = None
    for place in sorted(homes.FOR_ROOT.glob(f"*/{COPIES}/*")):
        if cause := why(place):
            running = in_use() if running is None else running
            if place.resolve() in running:
                continue
            # Somebody else may prune at the same time: what is going is nobody's any more.
            with suppress(FileNotFoundError):
                yield Outdated(place, cause, keeping.listing(place)[1])


def remove(copy: Outdated) -> None:
    """Remove a copy, in one step, and what is empty then. Raises EngineError where it cannot be."""
    if copy.path.resolve() in in_use():
        raise EngineError(
            f"cannot remove {copy.path}: something runs from it now",
            hint="repeat that when it has ended: greenroom ps shows what is up",
        )
    going = copy.path.with_name(f".{copy.path.name.strip('.')}-{secrets.token_hex(4)}")
    try:
        copy.path.rename(going)
        shutil.rmtree(going)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise EngineError(f"cannot remove {copy.path}: {error.strerror or error}") from error
    remove_empty(copy.path.parents[1])


def why(place: Path) -> str:
    """Return why a copy is of no use any more; empty where it is, or where nobody can tell."""
    if place.name.startswith("."):
        return "" if is_being_made(place) else "it was copied, or removed, only in part"
    about = about_of(place)
    if about is None:
        return "nobody knows of what it is a copy"
    try:
        digest = program_digest(about.source)
    except (FileNotFoundError, NotADirectoryError):
        return f"{about.source}, of which it is a copy, is gone"
    except OSError:
        return ""
    if digest != place.name:
        return f"{about.source}, of which it is a copy, has changed"
    return "" if Path(about.state).is_dir() else f"{about.state}, for which it was made, is gone"


def about_of(place: Path) -> About | None:
    """Return what is known of a copy; None when that is nothing."""
    try:
        return About(**json.loads((place / ABOUT).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_being_made(place: Path) -> bool:
    """Whether somebody is copying there, who has it locked."""
    try:
        descriptor = os.open(place, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not locked(descriptor)
    finally:
        os.close(descriptor)


def in_use() -> set[Path]:
    """Return every folder from below which a process of this host runs."""
    # Imported when it is needed: hardly ever is there anything that could be in use.
    import psutil

    programs = {process.info["exe"] for process in psutil.process_iter(["exe"])}
    return {folder for one in programs if one for folder in Path(one).parents}


def empty() -> list[Path]:
    """Return the folders of state folders in which nothing is kept any more."""
    if not homes.is_root():
        return []
    return [one for one in sorted(homes.FOR_ROOT.glob("*")) if is_empty(one)]


def is_empty(root: Path) -> bool:
    """Whether there is nothing in a folder but what is empty and would be made anew."""
    with suppress(OSError):
        inside = list(root.iterdir())
        kept = [one for one in inside if one.name not in (COPIES, keeping.FOLDER)]
        return not kept and not any(each for one in inside for each in one.iterdir())
    return False


def remove_empty(root: Path) -> None:
    """Remove such a folder; the system sees to it that what is not empty stays."""
    if not is_empty(root):
        return
    for one in (root / COPIES, root / keeping.FOLDER, root):
        with suppress(OSError):
            one.rmdir()

"""Turns: of those who do the same, one after the other does so.

<state>/turns/<name>   locked by whoever has the turn of this name, and there as long as it is had
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestrator.errors import Busy, NotKept
from orchestrator.host.flock import locked
from orchestrator.state import state_folder
from orchestrator.waiting import Deadline, TimedOut, poll

BRINGING_UP = "bringing this manifest up, or resetting it"


@contextmanager
def turn(
    name: str,
    environ: Mapping[str, str],
    deadline: Deadline,
    wait: Callable[[], None],
    doing: str = BRINGING_UP,
) -> Iterator[None]:
    """Wait for our turn of this name, and have it for as long as the block runs.

    `wait` is called once if we have to wait for another who is `doing` it. The end of whoever has
    the turn, in whatever way, ends it. Raises Busy when the deadline passes first, Stopped at the
    order to stop, and NotKept where nothing can be.
    """
    path = state_folder(environ) / "turns" / name
    descriptor = taken(path)
    if descriptor is None:
        wait()
        descriptor = awaited(path, deadline, doing)
    try:
        yield
    finally:
        # Names are made of what is built and seeded: files that stay would become ever more.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def taken(path: Path) -> int | None:
    """Take the turn if nobody has it, and return the file that is to be closed at its end."""
    descriptor = opened(path)
    if locked(descriptor) and is_there(descriptor, path):
        return descriptor
    os.close(descriptor)
    return None


def opened(path: Path) -> int:
    """Return a descriptor of the file on which the turn is taken. Raises NotKept."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotKept(
            f"cannot keep anything in {path.parent}: {error.strerror}",
            hint="name another folder with XDG_STATE_HOME",
        ) from error


def is_there(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one at this path: whoever had the turn has removed his."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def awaited(path: Path, deadline: Deadline, doing: str) -> int:
    """Wait for the turn, and return its file. Raises Busy when the deadline passes first."""
    found: list[int] = []

    def is_ours() -> bool:
        descriptor = taken(path)
        found.extend([] if descriptor is None else [descriptor])
        return bool(found)

    try:
        poll(is_ours, deadline)
    except TimedOut as error:
        raise Busy(
            f"another greenroom is still {doing}",
            hint=f"wait for its end, or end it (whoever has {path} open)",
        ) from error
    return found[0]

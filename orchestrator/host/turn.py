"""Turns: of those who bring the same manifest up, one after the other does so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.state import state_folder
from orchestrator.waiting import Deadline, TimedOut, poll

try:
    import fcntl
except ImportError:  # Windows has no such locks: there, two at once are on their own.
    fcntl = None  # type: ignore[assignment]


@contextmanager
def turn(
    identity: str, environ: Mapping[str, str], deadline: Deadline, wait: Callable[[], None]
) -> Iterator[None]:
    """Wait for our turn with this identity, and have it for as long as the block runs.

    `wait` is called once if we have to wait. The end of whoever has the turn, in whatever way, ends
    it. Raises UsageError when the deadline passes first, Stopped at the order to stop.
    """
    if fcntl is None:
        yield
        return
    path = state_folder(environ) / "turns" / identity
    descriptor = opened(path)
    try:
        if not taken(descriptor):
            wait()
            until_taken(descriptor, path, deadline)
        yield
    finally:
        os.close(descriptor)


def opened(path: Path) -> int:
    """Return a descriptor of the file on which the turn is taken. Raises UsageError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(
            f"cannot keep anything in {path.parent}: {error.strerror}",
            hint="name another folder with XDG_STATE_HOME",
        ) from error


def taken(descriptor: int) -> bool:
    """Take the turn if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def until_taken(descriptor: int, path: Path, deadline: Deadline) -> None:
    """Wait for the turn."""
    try:
        poll(lambda: taken(descriptor), deadline)
    except TimedOut as error:
        raise UsageError(
            "another greenroom is still bringing this manifest up",
            hint=f"wait for its end, or end it (whoever has {path} open)",
        ) from error

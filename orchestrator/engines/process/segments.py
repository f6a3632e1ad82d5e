"""Segments of shared memory that outlive whoever made them (System V's, as in sysvipc(7)).

Postgres makes a small one and removes it at its end, but cannot when it is killed. Only Linux tells
who has made them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

TABLE = Path("/proc/sysvipc/shm")

IPC_RMID = 0
"""What tells shmctl(2) to remove one."""


def remove_deserted(makers: Collection[int], user: int, since: float) -> None:
    """Remove what these processes have made, which have all ended, and nobody uses.

    Their numbers may have been others' before: only what is the user's and was made since then is
    theirs.
    """
    for segment in [*_deserted(makers, user, since)]:
        _remove(segment)


def _deserted(makers: Collection[int], user: int, since: float) -> Iterator[int]:
    try:
        lines = TABLE.read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        _, number, _, _, maker, _, attached, _, _, owner, _, _, _, made, *_ = map(int, line.split())
        if maker in makers and owner == user and made >= int(since) and not attached:
            yield number


def _remove(segment: int) -> None:
    """Remove one; gone already, or another user's, is no matter."""
    # Imported where it is needed, which is seldom: Python itself has no call for this.
    import ctypes

    ctypes.CDLL(None).shmctl(segment, IPC_RMID, None)

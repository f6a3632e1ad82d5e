"""Locks on open files (flock(2)): held until the file is closed, by the end of a process too."""

from __future__ import annotations

try:
    import fcntl
except ImportError:  # Windows has no such locks.
    fcntl = None  # type: ignore[assignment]


def locked(descriptor: int) -> bool:
    """Lock an open file; False while somebody else has it.

    Where no file can be locked, on Windows and on some disks of the network, everybody has it: two
    at once are on their own there.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True

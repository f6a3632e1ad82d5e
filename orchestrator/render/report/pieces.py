"""Which pieces of a long log are worth keeping: its end, and what was written in given windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from orchestrator.model.moment import SECOND, nanoseconds

Window = tuple[float, float]
"""From when to when, in seconds since the Unix epoch."""

Piece = tuple[int, int]
"""From which byte of a file to which."""

MOST_OF_WINDOW = 200_000
"""Bytes that are kept of what was written in one window."""

NEAR = 4096
"""Bytes by which a place in a file may be missed: reading on is cheaper than another look."""

LONGEST = 1 << 16
"""Bytes of a line after which it is not read on to find its end."""


def pieces(file: BinaryIO, size: int, limit: int, windows: Iterable[Window]) -> list[Piece]:
    """Return the pieces to keep, in their order, whole lines and apart from each other.

    At most half of what may be kept goes to the windows, which come in the order of their weight.
    """
    if size <= limit:
        return [(0, size)]
    spare, found = limit // 2, list[Piece]()
    for began, ended in windows:
        begin = place(file, size, began)
        end = min(place(file, size, ended) + 2 * NEAR, begin + min(spare, MOST_OF_WINDOW), size)
        if spare < NEAR:
            break
        found.append((begin, line_begin(file, end, size)))
        spare -= max(0, end - begin)
    used = sum(end - begin for begin, end in found)
    found.append((line_begin(file, size - (limit - used), size), size))
    return list(joined(sorted(found)))


def joined(found: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces; those that overlap or touch are one."""
    last: Piece | None = None
    for begin, end in found:
        if last and begin <= last[1]:
            last = (last[0], max(last[1], end))
        else:
            if last:
                yield last
            last = (begin, end)
    if last:
        yield last


def place(file: BinaryIO, size: int, at: float) -> int:
    """Return where a line begins that is not far before the first one written at this time."""
    low, high = 0, size
    while high - low > NEAR:
        middle = (low + high) // 2
        found = time_near(file, middle, high)
        if found is None or found >= at:
            high = middle
        else:
            low = middle
    return line_begin(file, low, size)


def line_begin(file: BinaryIO, offset: int, size: int) -> int:
    """Return where the first line begins that does so behind this place, or at it."""
    if offset <= 0:
        return 0
    file.seek(offset - 1)
    file.readline(LONGEST)
    return min(file.tell(), size)


def time_near(file: BinaryIO, offset: int, end: int) -> float | None:
    """Return the time of the first line behind this place that has one, None if none has."""
    file.seek(offset)
    file.readline(LONGEST)
    while file.tell() < end:
        line = file.readline(LONGEST)
        if not line:
            return None
        if (at := time_of(line[:40].decode("ascii", "replace").partition(" ")[0])) is not None:
            return at
    return None


def time_of(word: str) -> float | None:
    """Return the time that a word is (RFC 3339), None if it is none."""
    found = nanoseconds(word)
    return found / SECOND if found else None

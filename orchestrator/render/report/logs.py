"""The logs of a folder, as much of them as one page can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestrator.render.report.escaping import log_text
from orchestrator.render.report.pieces import Window, pieces, time_of

MOST_OF_ONE = 2_000_000
"""Bytes of each log that the page holds: from its end, and what failing tests are about."""

MOST_OF_ALL = 8_000_000
"""Bytes of all logs together."""

LONGEST_LINE = 4_000
"""Characters of a line that are shown."""

BLOCK = 1 << 20

Line = tuple[float | None, str]
"""When a line was written, None where nobody knows, and its text."""


@dataclass(frozen=True, kw_only=True)
class Log:
    """A log, or what is kept of it.

    `gaps` say before which of the lines, by its index, how many are left out. `size` is the file's,
    in bytes.
    """

    name: str
    file: str
    lines: tuple[Line, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    size: int = 0

    @property
    def left_out(self) -> int:
        """How many lines are left out."""
        return sum(number for _, number in self.gaps)


def read(files: Mapping[str, Path], folder: Path, windows: Sequence[Window] = ()) -> list[Log]:
    """Return the logs of these files by their names; what cannot be read is an empty one.

    Of long ones the end is kept, and what was written in the `windows`.
    """
    sizes = {name: _size(path) for name, path in files.items()}
    limits = shares(sizes, MOST_OF_ONE, MOST_OF_ALL)
    return [_read(name, path, folder, limits[name], windows) for name, path in files.items()]


def shares(sizes: Mapping[str, int], of_one: int, of_all: int) -> dict[str, int]:
    """Return how much of each is kept: small ones whole, and the large ones share what is left."""
    found = {}
    for done, (name, size) in enumerate(sorted(sizes.items(), key=lambda one: one[1])):
        found[name] = min(size, of_one, of_all // (len(sizes) - done))
        of_all -= found[name]
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(name: str, path: Path, folder: Path, limit: int, windows: Sequence[Window]) -> Log:
    file = path.relative_to(folder).as_posix()
    lines, gaps, last = list[Line](), list[tuple[int, int]](), 0
    try:
        with path.open("rb") as content:
            size = content.seek(0, 2)
            for begin, end in pieces(content, size, limit, windows):
                if begin > last:
                    gaps.append((len(lines), max(1, _count(content, last, begin))))
                content.seek(begin)
                lines += _timed(content.read(end - begin).decode("utf-8", "replace"))
                last = end
    except OSError:
        return Log(name=name, file=file)
    return Log(name=name, file=file, lines=tuple(lines), gaps=tuple(gaps), size=size)


def _count(file: BinaryIO, begin: int, end: int) -> int:
    """Return how many lines end in a part of a file."""
    file.seek(begin)
    found, left = 0, end - begin
    while left > 0 and (block := file.read(min(BLOCK, left))):
        found += block.count(b"\n")
        left -= len(block)
    return found


def _timed(text: str) -> list[Line]:
    """Return the lines of a log; one without a time has that of the line before it."""
    found: list[Line] = []
    last: float | None = None
    for line in text.split("\n"):
        if not line:
            continue
        word, _, rest = line.partition(" ")
        at = time_of(word)
        last = last if at is None else at
        found.append((last, shortened(line if at is None else rest)))
    return found


def shortened(line: str) -> str:
    """Return a line as it is shown, with a word on how much of it is not."""
    if len(line) <= LONGEST_LINE:
        return log_text(line)
    return f"{log_text(line[:LONGEST_LINE])} … {len(line) - LONGEST_LINE:,} more characters"

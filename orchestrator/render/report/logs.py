"""The logs of a folder, as much of them as one page can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.render.report.escaping import log_text

MOST_OF_ONE = 2_000_000
"""Bytes of each log that the page holds, from its end."""

MOST_OF_ALL = 8_000_000
"""Bytes of all logs together."""

LONGEST_LINE = 4_000
"""Characters of a line that are shown."""

BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Log:
    """The end of a log, or all of it.

    A line is when it was written, None where nobody knows, and its text. `left_out` are the lines
    before these, `size` is that of the file in bytes.
    """

    name: str
    file: str
    lines: tuple[tuple[float | None, str], ...] = ()
    left_out: int = 0
    size: int = 0


def read(files: Mapping[str, Path], folder: Path) -> list[Log]:
    """Return the logs of these files by their names; what cannot be read is an empty one."""
    sizes = {name: _size(path) for name, path in files.items()}
    limits = shares(sizes, MOST_OF_ONE, MOST_OF_ALL)
    return [_read(name, path, folder, limits[name]) for name, path in files.items()]


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


def _read(name: str, path: Path, folder: Path, limit: int) -> Log:
    try:
        left_out, size, content = _end(path, limit)
    except OSError:
        left_out, size, content = 0, 0, b""
    lines = tuple(_timed(content.decode("utf-8", "replace")))
    file = path.relative_to(folder).as_posix()
    return Log(name=name, file=file, lines=lines, left_out=left_out, size=size)


def _end(path: Path, limit: int) -> tuple[int, int, bytes]:
    """Return how many lines are before the end of a file, its size, and the end: whole lines."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        begin = max(0, size - limit)
        left_out = _count(path, begin)
        file.seek(begin)
        content = file.read(limit)
    if begin:
        part, broken, rest = content.partition(b"\n")
        if broken:
            return left_out + 1, size, rest
        content = part
    return left_out, size, content


def _count(path: Path, end: int) -> int:
    """Return how many lines end in the first bytes of a file."""
    found = 0
    with path.open("rb") as file:
        while end > 0 and (block := file.read(min(BLOCK, end))):
            found += block.count(b"\n")
            end -= len(block)
    return found


def _timed(text: str) -> list[tuple[float | None, str]]:
    """Return the lines of a log; one without a time has that of the line before it."""
    found: list[tuple[float | None, str]] = []
    last: float | None = None
    for line in text.split("\n"):
        if not line:
            continue
        word, _, rest = line.partition(" ")
        at = _time(word)
        last = last if at is None else at
        found.append((last, shortened(line if at is None else rest)))
    return found


def _time(word: str) -> float | None:
    """Return the time that a word is (RFC 3339), None if it is none."""
    if not word[:4].isdigit() or len(word) > 40:
        return None
    try:
        found = datetime.fromisoformat(word)
        # A time of no zone would be taken for one of this machine's.
        return found.timestamp() if found.tzinfo else found.replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def shortened(line: str) -> str:
    """Return a line as it is shown, with a word on how much of it is not."""
    if len(line) <= LONGEST_LINE:
        return log_text(line)
    return f"{log_text(line[:LONGEST_LINE])} … {len(line) - LONGEST_LINE:,} more characters"

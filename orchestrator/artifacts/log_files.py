"""Writes logs into the folder: whatever their size, what is kept of them is bounded."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from orchestrator.artifacts.log_lines import in_order, masked
from orchestrator.errors import EngineError
from orchestrator.model.launch import LogLine
from orchestrator.model.secret import Mask
from orchestrator.waiting import Deadline, Stopped, TimedOut

LARGEST = 16 * 1024**2
"""Bytes of a log that are kept: its end, because that is where the trouble is."""

BLOCK = 1 << 16

OFTEN = 256
"""Lines after which one looks at the clock."""


@dataclass
class LogFile:
    """A log on its way into a file, of which at most `most` bytes stay: the last ones.

    `lines` is how many there are in it; one that is `cut` lacks its beginning. While it is written,
    the disk holds three times as much at most.
    """

    path: Path
    most: int = LARGEST
    lines: int = 0
    cut: bool = False

    def __enter__(self) -> Self:
        self._before = self.path.with_suffix(".before")
        self._file: BinaryIO = self.path.open("wb")
        self._size = 0
        return self

    def write(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add times and texts. Raises OSError."""
        for time, text in lines:
            data = f"{time} {text}\n".encode(errors="replace")
            if self._size + len(data) > self.most:
                self._begin_anew()
            self._file.write(data)
            self._size += len(data)
            self.lines += 1

    def flush(self) -> None:
        """Have all that was written in the file, should this process be killed. Raises OSError."""
        self._file.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
            if self._before.exists():
                self._join()
        except OSError:
            self._salvage()
            raise
        else:
            if isinstance(error, OSError):
                self._salvage()
        finally:
            self._before.unlink(missing_ok=True)

    def _salvage(self) -> None:
        """Count what has come into the file all the same; one without anything does not stay."""
        self.lines, self.cut = 0, True
        with suppress(FileNotFoundError):
            if self.path.stat().st_size:
                self.lines = lines_in(self.path)
            else:
                self.path.unlink()

    def _begin_anew(self) -> None:
        """Put aside what is there; what was put aside earlier goes."""
        self._file.close()
        self.path.replace(self._before)
        self._file = self.path.open("wb")
        self._size = 0
        self.cut = True

    def _join(self) -> None:
        """Put the end of what was put aside before what came last."""
        joined = self.path.with_suffix(".joined")
        try:
            with self._before.open("rb") as before, joined.open("wb") as whole:
                begin = self._before.stat().st_size - (self.most - self._size)
                if begin > 0:
                    # From the first line on that is there in whole.
                    before.seek(begin - 1)
                    before.readline()
                shutil.copyfileobj(before, whole, BLOCK)
                with self.path.open("rb") as last:
                    shutil.copyfileobj(last, whole, BLOCK)
            joined.replace(self.path)
        finally:
            joined.unlink(missing_ok=True)
            self.lines = lines_in(self.path)


def lines_in(path: Path) -> int:
    """Return how many lines a file has."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


def write_log(
    file: LogFile, lines: Iterable[LogLine], mask: Mask, most_lines: int, deadline: Deadline
) -> None:
    """Write a log into its file; it is cut if it has more lines than `most_lines`.

    Raises OSError, and what reading the lines raises: EngineError, Stopped, TimedOut. What has come
    until then is kept.
    """
    read = Reading(lines, deadline)
    for batch in masked(in_order(read), mask):
        file.write(batch)
    file.cut = file.cut or read.count > most_lines
    if read.broke:
        file.cut = True
        raise read.broke


@dataclass
class Reading:
    """Yields lines until the end, or until that breaks; `broke` is why."""

    lines: Iterable[LogLine]
    deadline: Deadline
    count: int = 0
    broke: Exception | None = None

    def __iter__(self) -> Iterator[LogLine]:
        try:
            for line in self.lines:
                self.count += 1
                yield line
                if self.count % OFTEN == 0:
                    self.deadline.check()
        except (EngineError, Stopped, TimedOut) as error:
            self.broke = error

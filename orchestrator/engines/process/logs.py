"""Reads what a process wrote.

A process writes straight into its log, both streams into one file in the order in which they came:
it outlives the Greenroom that started it, so nothing of ours may stand between. Nobody notes when a
line is written, therefore. The time of a line is *the earliest moment at which it is known to have
been there*: when Greenroom first saw the log as long as this, or the log's last change by then. A
line is never younger than its time says: `since` may show a line too many, never one too few.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from orchestrator.errors import Gone
from orchestrator.model.launch import LogLine
from orchestrator.model.moment import nanoseconds, rfc3339
from orchestrator.waiting import Deadline, poll

BLOCK = 1 << 16

TICK = 0.1
"""A file's time of change is that of the clock's last tick, so many seconds early at most: there is
one each 10 ms at least, but a machine that is busy, or has itself to wait for one, leaves some out.
"""


@dataclass
class Sightings:
    """How long a log was at which times, as far as we looked: ascending in both."""

    sizes: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def see(self, log: Path | int) -> None:
        """Note how long the log, a path or a descriptor, is now."""
        try:
            status = os.stat(log)  # noqa: PTH116 - a descriptor has no path
        except OSError:
            return
        with self.lock:
            if status.st_size > (self.sizes[-1] if self.sizes else 0):
                seen = min(time.time(), status.st_mtime + TICK)
                self.sizes.append(status.st_size)
                # It was shorter at the last time, whatever a clock says that somebody has set.
                self.times.append(max([seen, *self.times[-1:]]))

    def note(self, size: int, at: float) -> None:
        """Note how long the log was at a moment in the past, as somebody else has seen it."""
        with self.lock:
            place = bisect_left(self.sizes, size)
            if place < len(self.sizes) and self.times[place] <= at:
                return  # As much was there by then, as far as is known.
            self.sizes.insert(place, size)
            self.times.insert(place, at)
            # What was known to be there later only, though it is less, was there by then, too.
            while place and self.times[place - 1] > at:
                place -= 1
                self.times[place] = at

    def before(self, moment: int) -> int:
        """Return how much is known to have been there before a moment, in nanoseconds; 0: nothing.

        Of what was noted within the same microsecond, nobody knows that it came before.
        """
        with self.lock:
            index = bisect_left(self.times, (moment - 1_000) / 1e9)
            return self.sizes[index - 1] if index else 0

    def when(self, end: int) -> str:
        """Return the time, in RFC 3339, of the line that ends here; it has been seen."""
        with self.lock:
            index = bisect_left(self.sizes, end)
            seen = self.times[index] if index < len(self.times) else time.time()
        return rfc3339(seen)


@dataclass(frozen=True)
class Reader:
    """One reading of a log; `ended` tells whether whoever writes has ended."""

    path: Path
    sightings: Sightings
    ended: Callable[[], bool]

    def lines(
        self, deadline: Deadline, *, follow: bool, since: str | None, tail: int | None
    ) -> Iterator[LogLine]:
        """Yield the lines. Raises Gone without a log, Stopped or TimedOut in the midst."""
        deadline.check()
        begin = nanoseconds(since) if since else 0
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise Gone(f"there is no log {self.path} any more") from error
        with file:
            if tail is not None:
                file.seek(place_of_last(file, tail))
            elif begin:
                file.seek(begin_of_line(file, self.sightings.before(begin)))
            for end, text in self._texts(file, deadline, follow=follow):
                when = self.sightings.when(end)
                if nanoseconds(when) >= begin:
                    yield LogLine(when, "stdout", text)

    def _texts(
        self, file: BinaryIO, deadline: Deadline, *, follow: bool
    ) -> Iterator[tuple[int, str]]:
        """Yield each line with the place where it ends; the last one may lack its line feed.

        What has come of a line is put together once, at its end: whatever its length, it is copied
        no more than that.
        """
        place, over = file.tell(), False
        begun: list[bytes] = []
        while not over:
            # What was written before the end is there to be read after it: so the end comes first.
            over = not follow or self.ended()
            for block in self._blocks(file, deadline):
                first, *others = block.split(b"\n")
                begun.append(first)
                for part in others:
                    line, begun = b"".join(begun), [part]
                    place += len(line) + 1
                    yield place, decoded(line)
            if not over:
                self._wait_for_more(file, deadline)
        if rest := b"".join(begun):
            yield place + len(rest), decoded(rest)

    def _blocks(self, file: BinaryIO, deadline: Deadline) -> Iterator[bytes]:
        """Yield what is there now, not what is being written meanwhile."""
        left = size_of(file) - file.tell()
        while left > 0 and (block := file.read(min(BLOCK, left))):
            deadline.check()
            self.sightings.see(file.fileno())
            left -= len(block)
            yield block

    def _wait_for_more(self, file: BinaryIO, deadline: Deadline) -> None:
        poll(lambda: size_of(file) > file.tell() or self.ended(), deadline)


def place_of_last(file: BinaryIO, count: int) -> int:
    """Return where the last so many lines begin, reading no more than them from the end."""
    place = size_of(file)
    if count <= 0 or not place:
        return place
    file.seek(place - 1)
    feeds = count + (file.read(1) == b"\n")
    while place:
        step = min(BLOCK, place)
        place -= step
        file.seek(place)
        block = file.read(step)
        if block.count(b"\n") >= feeds:
            return place + place_of_feed(block, feeds) + 1
        feeds -= block.count(b"\n")
    return 0


def begin_of_line(file: BinaryIO, place: int) -> int:
    """Return where the line begins in which this place is."""
    while place:
        step = min(BLOCK, place)
        file.seek(place - step)
        found = file.read(step).rfind(b"\n")
        if found >= 0:
            return place - step + found + 1
        place -= step
    return 0


def place_of_feed(block: bytes, number: int) -> int:
    """Return where the line feed of this number stands, counted from the end."""
    place = len(block)
    for _ in range(number):
        place = block.rindex(b"\n", 0, place)
    return place


def size_of(file: BinaryIO) -> int:
    """Return how long a file is now."""
    return os.fstat(file.fileno()).st_size


def decoded(line: bytes) -> str:
    """Return a line as text, whatever bytes are in it."""
    return line.removesuffix(b"\r").decode(errors="replace")

"""The part of a log that falls into a span of time, whoever noted the times and how finely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.model.launch import LogLine
from orchestrator.model.moment import SECOND, nanoseconds, rfc3339

BEFORE = 0.002
BEHIND = 0.05
"""Seconds for which a window is longer at its beginning and its end. An engine notes a line when it
has read it, which is a little after it was written, and never before.
"""


@dataclass(frozen=True)
class Window:
    """A span of time by this machine's clock, in seconds since the Unix epoch, with its margins.

    `ahead` is by how many seconds the clock that the log's times are of is before ours, and
    `unsure` by how many that may be wrong; a line too many is better than one too few.
    """

    began: float
    ended: float
    ahead: float = 0.0
    unsure: float = 0.0
    before: float = BEFORE
    behind: float = BEHIND

    @property
    def seconds(self) -> float:
        """How long it is, without the margins."""
        return self.ended - self.began

    @property
    def since(self) -> str:
        """From when on an engine is to be asked for a log: by its own clock, in RFC 3339."""
        return rfc3339(self._first)

    @property
    def until(self) -> str:
        """Until when its lines go, in the same form."""
        return rfc3339(self._last)

    def lines(self, log: Iterable[LogLine]) -> Iterator[LogLine]:
        """Yield the lines that are in it, with their times by this machine's clock.

        A line without a time is where the log was asked for from `since` on, and so counts.
        """
        first, last = int(self._first * SECOND), int(self._last * SECOND)
        for line in log:
            noted = nanoseconds(line.time)
            if noted == 0 or first <= noted <= last:
                yield self._by_our_clock(line, noted)

    @property
    def _first(self) -> float:
        return self.began + self.ahead - self.unsure - self.before

    @property
    def _last(self) -> float:
        return self.ended + self.ahead + self.unsure + self.behind

    def _by_our_clock(self, line: LogLine, noted: int) -> LogLine:
        if not self.ahead or not noted:
            return line
        return LogLine(rfc3339(noted / SECOND - self.ahead), line.stream, line.text)


def clock(seconds: float) -> str:
    """Return a moment as the time of day, in UTC, with milliseconds: `10:15:03.120`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S.%f")[:-3]


def clock_of(line: LogLine) -> str:
    """Return when a line was noted, as the time of day; blanks of the same width if nobody did."""
    noted = nanoseconds(line.time)
    return clock(noted / SECOND) if noted else " " * len("10:15:03.120")

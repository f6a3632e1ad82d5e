"""Reads the part of one log that falls into a window: the last lines first, whatever comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from orchestrator.artifacts.log_lines import READ
from orchestrator.artifacts.window import Window
from orchestrator.engines.engine import Engine, Untimed
from orchestrator.model.launch import Found, LogLine, State
from orchestrator.waiting import Deadline, TimedOut

MOST = 5000
MOST_CHARACTERS = 1 << 22
"""Lines of one log that are kept, the last ones, and characters of these."""

LONGER = "its log is too long to be read as a whole in time: there may be more lines than counted"

JUST_BEHIND = 2e-6
"""Seconds by which a time that is written down with microseconds is surely later than another."""

LATE = float(1 << 33)
"""A moment, in Unix seconds, that is later than any line."""

Sizes = Mapping[str, int]
"""How many bytes logs had when the window began, by their files' names: see `Untimed`."""


@dataclass
class Reading:
    """A log as it is read: the last lines of the window, and how many there were."""

    lines: deque[LogLine] = field(default_factory=deque)
    count: int = 0
    size: int = 0

    def add(self, line: LogLine) -> None:
        """Take in a line, and forget the first ones where there are too many."""
        text = line.text[:READ]
        self.lines.append(LogLine(line.time, line.stream, text))
        self.count += 1
        self.size += len(text)
        while len(self.lines) > MOST or (self.size > MOST_CHARACTERS and len(self.lines) > 1):
            self.size -= len(self.lines.popleft().text)


@dataclass
class Seen:
    """What was seen of one resource so far; what is in here changes no more, it is replaced."""

    reading: Reading = field(default_factory=Reading)
    state: State | None = None
    notes: tuple[str, ...] = ()


def read(
    engine: Engine, found: Found, window: Window, sizes: Sizes, seen: Seen, until: Deadline
) -> None:
    """Read a log and a state. Raises what the engine raises, when what was read by then is seen."""
    if isinstance(engine, Untimed):
        # What is first seen now may have been written before the end: it counts.
        engine.was_long(found, sizes, window.began)
        window = Window(window.began + JUST_BEHIND, LATE, before=0.0)
    seen.state = found.state
    # The last lines matter most, and come at once however long the log is.
    given = read_last(engine, found, window, seen, until)
    if not found.state.alive:
        # A listing does not tell what it was that something died of.
        seen.state = engine.state(found, until)
    if given >= MOST:
        seen.notes = (LONGER,)
        with suppress(TimedOut):
            read_all(engine, found, window, seen, until)


def read_last(engine: Engine, found: Found, window: Window, seen: Seen, until: Deadline) -> int:
    """Read the last lines of a log, as far as that goes; return how many the engine has given."""
    recent, given = Reading(), 0

    def counted() -> Iterator[LogLine]:
        nonlocal given
        for line in engine.logs(found, until, since=window.since, tail=MOST):
            given += 1
            yield line

    try:
        for line in window.lines(counted()):
            recent.add(line)
    finally:
        seen.reading = recent
    return given


def read_all(engine: Engine, found: Found, window: Window, seen: Seen, until: Deadline) -> None:
    """Read all lines of the window, and count them."""
    everything = Reading()
    for line in window.lines(engine.logs(found, until, since=window.since)):
        everything.add(line)
    seen.reading, seen.notes = everything, ()

"""The lines of a log on their way into the folder: in the order of time, and without secrets."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from orchestrator.model.launch import LogLine
from orchestrator.model.moment import nanoseconds
from orchestrator.model.secret import Mask

APART = 256
"""Lines by which one may come too early: an engine gives a long line when that has ended."""

TOGETHER = 1 << 18
"""Characters that are masked at once: many lines cost little more than one."""

CONTEXT_LINES = 100
CONTEXT_CHARACTERS = 1 << 16
"""How far a secret may reach over its lines: a private key of 8192 bits has about as many."""

READ = 1 << 20
SHOWN = 1 << 16
"""Characters of a line that are read, and those that are kept: in between, a secret may end."""


def in_order(lines: Iterable[LogLine]) -> Iterator[LogLine]:
    """Yield lines of both streams in the order of time; one without a time has that before it."""
    waiting: list[tuple[int, int, LogLine]] = []
    time = ""
    for number, line in enumerate(lines):
        time = line.time or time
        timed_line = line if line.time else timed(line, time)
        heapq.heappush(waiting, (nanoseconds(time), number, timed_line))
        if len(waiting) > APART:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def timed(line: LogLine, time: str) -> LogLine:
    """Return a line with this time."""
    return replace(line, time=time)


def masked(lines: Iterable[LogLine], mask: Mask) -> Iterator[list[tuple[str, str]]]:
    """Yield times and texts without secrets, many at once.

    Each line is looked at together with those before and after it of its stream, for what they
    share: a secret may have line breaks.
    """
    window: list[LogLine] = []
    given = size = 0
    for line in lines:
        window.append(line if len(line.text) <= READ else replace(line, text=line.text[:READ]))
        size += min(len(line.text), READ)
        if size + len(window) >= TOGETHER:
            waits = len(window) - reach(window, len(window))
            yield hidden(window, mask)[given:waits]
            begin = waits - reach(window, waits)
            window, given = window[begin:], waits - begin
            size = sum(len(one.text) for one in window)
    yield hidden(window, mask)[given:]


def reach(window: Sequence[LogLine], end: int) -> int:
    """Return how many lines before this place a secret that ends there may have begun in."""
    size = 0
    for number in range(1, min(end, CONTEXT_LINES) + 1):
        size += len(window[end - number].text) + 1
        if size > CONTEXT_CHARACTERS:
            return number
    return min(end, CONTEXT_LINES)


def hidden(window: Sequence[LogLine], mask: Mask) -> list[tuple[str, str]]:
    """Return times and texts of lines, without secrets."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(window):
        places[line.stream].append(place)
    texts = [""] * len(window)
    for own in places.values():
        told = mask("\n".join(window[place].text for place in own)).split("\n")
        for place, text in zip(own, told, strict=True):
            texts[place] = text if len(text) <= SHOWN else f"{text[:SHOWN]} … (the line goes on)"
    return [(line.time, text) for line, text in zip(window, texts, strict=True)]

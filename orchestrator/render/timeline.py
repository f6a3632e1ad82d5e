"""The way up in the terminal: a bar for each resource, and what decided how long it took."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TextIO

from orchestrator.artifacts.spans import Span
from orchestrator.artifacts.timeline import Timeline
from orchestrator.model.event import Event, RunReady
from orchestrator.model.printable import printable
from orchestrator.render import words
from orchestrator.render.bars import Drawing, Row
from orchestrator.render.colours import Paint, painter, plainly

MOST_ROWS = 40
WIDEST_NAME = 32
OFF_A_TERMINAL = 100
"""Columns that are used where nobody says how many there are."""


class InTime:
    """Shows the way up in time as soon as it is over, well or not; a `Display`."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._environ = environ
        self._events: list[Event] = []
        self._shown = False

    def show(self, event: Event) -> None:
        """Take in what happens on the way up; show it when everything is ready."""
        if self._shown:
            return
        self._events.append(event)
        if isinstance(event, RunReady):
            self._write()

    def say(self, text: str) -> None:
        """Say nothing: others do."""

    def close(self) -> None:
        """Show the way as far as it went."""
        if not self._shown:
            self._write()

    def _write(self) -> None:
        self._shown = True
        timeline = Timeline.of(self._events)
        self._events.clear()
        lines = drawn(
            timeline,
            columns_of(self._stream, self._environ),
            ascii_only=not (self._stream.encoding or "").lower().startswith("utf"),
            paint=painter(self._stream, self._environ),
        )
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()


def columns_of(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Return how wide a line can be there."""
    asked = environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(stream.fileno()).columns or OFF_A_TERMINAL
    except (OSError, ValueError):
        return OFF_A_TERMINAL


def drawn(
    timeline: Timeline, width: int, *, ascii_only: bool = False, paint: Paint = plainly
) -> list[str]:
    """Return the way up in lines, none wider than `width`; none where nothing was begun."""
    phase = timeline.phase("up")
    rows = list(_rows(timeline))
    if phase is None or not rows:
        return []
    drawing = Drawing(
        began=phase.began,
        seconds=max(phase.seconds, 1e-6),
        names=min(max(len(row.name) for row in rows), WIDEST_NAME, width // 3),
        width=width,
        ascii_only=ascii_only,
        paint=paint,
    )
    shown = _chosen(rows)
    left = len(rows) - len(shown)
    return [
        "",
        drawing.scale(),
        *(drawing.row(row) for row in shown),
        *([f"  and {left} more, which decided nothing"] if left else []),
        *drawing.legend(shown),
        *drawing.path(timeline),
        "",
    ]


def _rows(timeline: Timeline) -> Iterator[Row]:
    """Yield what has steps on the way up, in the order of their beginnings."""
    path = frozenset(leg.span.step for leg in timeline.critical_path())
    found: dict[str, list[Span]] = {}
    for span in timeline.spans:
        if span.phase == "up":
            found.setdefault(words.about(span.subject, span.step), []).append(span)
    for name, spans in found.items():
        yield Row(printable(words.short(name)), tuple(spans), path)


def _chosen(rows: list[Row]) -> list[Row]:
    by_weight = sorted(rows, key=lambda row: row.weight, reverse=True)
    kept = {row.name for row in by_weight[:MOST_ROWS]}
    return [row for row in rows if row.name in kept]

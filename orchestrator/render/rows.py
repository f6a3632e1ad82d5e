"""Chooses which lines of a board are shown where there is not room for all, and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from orchestrator.render.board import Board, Line, Phase

URGENCY = (Phase.FAILED, Phase.ACTIVE, Phase.STOPPED, Phase.WAITING, Phase.DONE)
"""Whose lines are kept longest when room is short."""

COUNTED = {
    Phase.FAILED: "failed",
    Phase.ACTIVE: "under way",
    Phase.STOPPED: "stopped",
    Phase.WAITING: "waiting",
    Phase.DONE: "ready",
}


@dataclass(frozen=True)
class Row:
    """A line as it is shown; a row without a name sums others up."""

    phase: Phase
    name: str
    words: str
    seconds: float | None = None


def rows(board: Board, now: float, room: int | None = None) -> list[Row]:
    """Return at most `room` rows (None: all), in the board's order, the last for those left out."""
    lines = list(board.lines.values())
    if room is None or len(lines) <= room:
        return [row(board, line, now) for line in lines]
    by_urgency = sorted(lines, key=lambda line: URGENCY.index(line.phase))
    kept = {line.name for line in by_urgency[: max(0, room - 1)]}
    left_out = [line for line in lines if line.name not in kept]
    return [*(row(board, line, now) for line in lines if line.name in kept), summary(left_out)]


def row(board: Board, line: Line, now: float) -> Row:
    """Return one line as it is shown now."""
    text = board.waiting_for(line) if line.phase is Phase.WAITING else line.words
    return Row(line.phase, line.name, text, line.seconds(now))


def summary(lines: list[Line]) -> Row:
    """Return the row that counts lines by their phase."""
    counts = Counter(line.phase for line in lines)
    text = ", ".join(f"{counts[phase]} {COUNTED[phase]}" for phase in URGENCY if counts[phase])
    least = next(phase for phase in URGENCY if counts[phase])
    return Row(least, "", f"and {text}")

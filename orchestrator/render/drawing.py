"""Draws rows with rich: marks, colours, columns, as wide as the terminal is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from orchestrator.model.printable import printable
from orchestrator.render import words
from orchestrator.render.board import Phase
from orchestrator.render.rows import Row

MARKS = {
    Phase.WAITING: ("·", "."),
    Phase.DONE: ("✓", "+"),
    Phase.FAILED: ("✗", "x"),
    Phase.STOPPED: ("-", "-"),
}
"""A mark for each phase, and what stands for it where the terminal knows only ASCII."""

SPINNING = ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\")
TURNS_PER_SECOND = 10

STYLES = {
    Phase.WAITING: "dim",
    Phase.ACTIVE: "",
    Phase.DONE: "green",
    Phase.FAILED: "bold red",
    Phase.STOPPED: "dim",
}

TIME_WIDTH = 7
LEAST_NAME = 8


class Drawing:
    """Draws for one console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._ascii = not console.encoding.lower().startswith("utf")

    def board(self, title: str, rows: Sequence[Row], now: float) -> list[Text]:
        """Return the title and the rows, none of them wider than the terminal."""
        # The last column stays free: some terminals begin a new line there.
        width = self._console.width - 1
        names = max((len(words.short(row.name)) for row in rows), default=0)
        narrowest = min(names, max(LEAST_NAME, width // 3))
        lines = [Text(title, style="bold"), *(self.row(row, narrowest, now) for row in rows)]
        for line in lines:
            line.truncate(width, overflow="crop" if self._ascii else "ellipsis")
        return lines

    def row(self, row: Row, width: int, now: float) -> Text:
        """Return a row: mark, name, time, words."""
        if not row.name:
            return Text(f" {self.mark(row.phase, now)} {row.words}", style="dim")
        name = Text(words.short(row.name))
        name.truncate(width, overflow="crop" if self._ascii else "ellipsis", pad=True)
        # One decimal throughout, so that a running time does not jump about.
        time = "" if row.seconds is None else f"{row.seconds:.1f} s"
        style = STYLES[row.phase]
        faint = "dim" if row.phase in (Phase.WAITING, Phase.STOPPED) else ""
        return Text.assemble(
            " ",
            (self.mark(row.phase, now), style or "cyan"),
            " ",
            (name.plain, style if row.phase is Phase.FAILED else faint),
            (f"  {time:>{TIME_WIDTH}}  ", "dim"),
            (printable(row.words), "red" if row.phase is Phase.FAILED else faint),
        )

    def mark(self, phase: Phase, now: float) -> str:
        """Return the mark of a phase; what is under way turns."""
        if phase is Phase.ACTIVE:
            turns = SPINNING[self._ascii]
            return turns[int(now * TURNS_PER_SECOND) % len(turns)]
        return MARKS[phase][self._ascii]

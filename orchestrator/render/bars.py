"""Bars of characters: what took how long on the way up, a line for each resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.artifacts.spans import Outcome, Span
from orchestrator.artifacts.timeline import Timeline
from orchestrator.model.printable import printable
from orchestrator.render import words
from orchestrator.render.colours import Paint

KINDS = {
    "pull": "image",
    "build": "image",
    "ready": "ready",
    "seed": "seed",
    "own": "seed",
    "add": "seed",
    "template": "copy",
    "snapshot": "copy",
    "store": "copy",
    "remove": "down",
    "close": "down",
}
"""What kind of a bar a step is; all others start something."""

SIGNS = {
    "image": ("░", ".", "image"),
    "start": ("█", "#", "start"),
    "ready": ("━", "=", "until ready"),
    "seed": ("▒", "+", "seed"),
    "copy": ("◆", "o", "copy of its state"),
    "down": ("▁", "_", "removal"),
}
"""For each kind its sign, what stands for that where only ASCII is known, and what it means."""

COLOURS = {"image": "dim", "start": "blue", "ready": "cyan", "seed": "magenta", "copy": "yellow"}

TIME_WIDTH = 9
LEAST_BAR = 20


@dataclass(frozen=True)
class Row:
    """What has steps, with these; `path` are all steps that are on the critical path."""

    name: str
    spans: tuple[Span, ...]
    path: frozenset[str]

    @property
    def weight(self) -> tuple[bool, bool, float]:
        """How much it matters: what failed, what is on the path, what took long."""
        bad = any(span.outcome is not Outcome.DONE for span in self.spans)
        on_path = any(span.step in self.path for span in self.spans)
        return bad, on_path, sum(span.seconds for span in self.spans)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Draws the way up, which `began` then and took so long, in lines that are not wider.

    Names have `names` columns.
    """

    began: float
    seconds: float
    names: int
    width: int
    ascii_only: bool
    paint: Paint

    @property
    def cells(self) -> int:
        """How many columns the bars have."""
        return max(LEAST_BAR, self.width - self.names - TIME_WIDTH - 4)

    def cell(self, at: float) -> int:
        """Return the column of a time."""
        return round(self.cells * (at - self.began) / self.seconds)

    def scale(self) -> str:
        """Return the line of times."""
        step = _round(self.seconds / max(2, self.cells // 10))
        line = [" "] * self.cells
        for number in range(int(self.seconds / step) + 1):
            text = f"{number * step:g} s"
            at = round(self.cells * number * step / self.seconds)
            if at + len(text) <= self.cells:
                line[at : at + len(text)] = text
        return self.paint("dim", " " * (self.names + 3) + "".join(line).rstrip())

    def row(self, row: Row) -> str:
        """Return the line of a resource: its name, whether it is on the path, bars, seconds."""
        name = row.name
        if len(name) > self.names:
            name = name[: self.names - 1] + ("." if self.ascii_only else "…")
        on_path = any(span.step in row.path for span in row.spans)
        taken = words.seconds(sum(span.seconds for span in row.spans))
        bad = any(span.outcome is Outcome.FAILED for span in row.spans)
        mark = self.paint("bold", "*") if on_path else " "
        label = self.paint("red" if bad else "bold" if on_path else "dim", f"{name:<{self.names}}")
        return f"{label} {mark} {self.bars(row)} {taken:>{TIME_WIDTH}}"

    def bars(self, row: Row) -> str:
        """Return the bars; where two share a column, it is that of the one on the path."""
        signs = [(" ", "")] * self.cells
        for span in sorted(row.spans, key=lambda one: (one.step in row.path, one.began)):
            first = min(self.cell(span.began), self.cells - 1)
            last = min(max(first + 1, self.cell(span.ended)), self.cells)
            kind = KINDS.get(span.verb, "start")
            colour = COLOURS.get(kind, "dim") if span.step in row.path else "dim"
            signs[first:last] = [(SIGNS[kind][self.ascii_only], colour)] * (last - first)
            if span.outcome is Outcome.FAILED:
                signs[last - 1] = ("x" if self.ascii_only else "✗", "red")
            elif span.outcome is not Outcome.DONE:
                signs[last - 1] = ("~", "dim")
        return "".join(self.painted(signs))

    def painted(self, signs: list[tuple[str, str]]) -> Iterator[str]:
        """Yield the columns, those of the same colour as one text."""
        begin = 0
        for end in range(1, len(signs) + 1):
            if end == len(signs) or signs[end][1] != signs[begin][1]:
                text = "".join(sign for sign, _ in signs[begin:end])
                yield self.paint(signs[begin][1], text) if signs[begin][1] else text
                begin = end

    def legend(self, rows: list[Row]) -> list[str]:
        """Return what the signs mean."""
        there = {KINDS.get(span.verb, "start") for row in rows for span in row.spans}
        signs = [(SIGNS[kind][self.ascii_only], SIGNS[kind][2]) for kind in SIGNS if kind in there]
        items = [*(f"{sign} {text}" for sign, text in signs), "* on the critical path"]
        return [self.paint("dim", line) for line in self.wrapped(items, "   ", "")]

    def path(self, timeline: Timeline) -> list[str]:
        """Return the critical path in words, with the seconds of each step."""
        legs = timeline.critical_path()
        items = [f"{printable(leg.span.step)} {words.seconds(leg.span.seconds)}" for leg in legs]
        gaps = sum(leg.gap for leg in legs)
        if gaps >= 0.05:
            items.append(f"between them {words.seconds(gaps)}")
        items[:1] = [f"critical path: {one}" for one in items[:1]]
        return self.wrapped(items, " > ", "  ")

    def wrapped(self, items: list[str], between: str, indent: str) -> list[str]:
        """Return items in lines; none is torn apart that has room on one."""
        lines: list[str] = []
        for item in items:
            longer = f"{lines[-1]}{between}{item}" if lines else item
            if lines and len(longer) >= self.width:
                lines[-1] += between.rstrip()
                lines.append(f"{indent}{item}")
            else:
                lines[-1:] = [longer]
        return [line[: self.width - 1] for line in lines]


def _round(number: float) -> float:
    """Return a round number that is at least this one: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** len(str(int(number))) / 10 if number >= 1 else 0.01
    while True:
        for one in (1, 2, 5):
            if one * power >= number:
                return one * power
        power *= 10

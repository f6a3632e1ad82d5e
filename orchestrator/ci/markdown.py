"""Markdown in which other people's texts are shown and mean nothing.

What stands in code, in a line or in a block, is neither markup nor HTML, and no name in it is
mentioned to anybody (GitHub Flavored Markdown Spec, "Code spans", "Fenced code blocks", "Tables").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from orchestrator.ci.fitting import LONGEST_FENCE
from orchestrator.model.printable import printable

RUN_OF_TICKS = re.compile(r"`+")

NOTHING = "-"


def code(text: str) -> str:
    """Return a text as code in a line; line breaks become blanks."""
    one = " ".join(printable(text).split())
    if not one:
        return NOTHING
    ticks = "`" * (_longest(one) + 1)
    pad = " " if one.startswith("`") or one.endswith("`") else ""
    return f"{ticks}{pad}{one}{pad}{ticks}"


def block(lines: Iterable[str], kind: str = "text") -> list[str]:
    """Return lines as a block of code."""
    shown = [_short(printable(line)) for line in lines]
    fence = "`" * max(3, *(_longest(line) + 1 for line in shown or [""]))
    return [f"{fence}{kind}", *shown, fence]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table; cells are Markdown already, and bars in them end no cell."""
    bars = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [_row(heads), _row(["---"] * len(heads)), *(_row(row) for row in bars)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _short(line: str) -> str:
    """Return a line without a run of ticks that no fence could be longer than."""
    most = "`" * (LONGEST_FENCE - len("\n") - 1)
    return RUN_OF_TICKS.sub(lambda found: found[0][: len(most)], line)


def _longest(text: str) -> int:
    return max(map(len, RUN_OF_TICKS.findall(text)), default=0)

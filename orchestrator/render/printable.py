"""Texts of others, such as lines of logs, so that a terminal shows them and does nothing else."""

from __future__ import annotations

from orchestrator.model.printable import ESCAPES, printable

__all__ = ["ESCAPES", "one_line", "printable"]

LONGEST = 300
"""Characters of a line that are shown where there are others to be read."""


def one_line(text: str) -> str:
    """Return a text as one line, not too long."""
    line = " ".join(printable(text).split("\n")).rstrip()
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."

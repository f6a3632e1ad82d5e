"""Texts of others, such as lines of logs, so that a terminal shows them and does nothing else."""

from __future__ import annotations

import re

ESCAPES = re.compile(
    r"\x1b\[[0-9;:?<=>]*[ -/]*[@-~]"  # a control sequence: it moves the cursor, or sets a colour
    r"|\x1b[P\]X^_].*?(?:\x07|\x1b\\|$)"  # a command with a text, such as a window's title
    r"|\x1b.?|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""What would change the terminal instead of being shown (ECMA-48, 5.3 to 5.6)."""

LONGEST = 300
"""Characters of a line that are shown where there are others to be read."""


def printable(text: str) -> str:
    """Return a text without what a terminal would obey; tabs and line breaks stay."""
    return ESCAPES.sub("", text)


def one_line(text: str) -> str:
    """Return a text as one line, not too long."""
    line = " ".join(printable(text).split("\n")).rstrip()
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."

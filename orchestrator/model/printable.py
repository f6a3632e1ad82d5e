"""Texts of others, such as lines of logs, so that a terminal shows them and does nothing else."""

from __future__ import annotations

import re

from orchestrator.model.sequences import CONTROL, OTHER, REAL, STRING

ESCAPES = re.compile(
    rf"\x1b{CONTROL}[@-~]"  # it moves the cursor, or sets a colour
    rf"|\x1b{STRING}(?:\x07|\x1b\\|$)"  # a command with a text, such as a window's title
    rf"|\x1b{OTHER}.?|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""What would change the terminal instead of being shown."""

LONGEST = 300
"""Characters of a line that are shown where there are others to be read."""


def printable(text: str) -> str:
    """Return a text without what a terminal would obey; tabs and line breaks stay."""
    return ESCAPES.sub("", text)


def on_one_line(text: str) -> str:
    """Return a text on one line, with a blank for whatever else cannot be shown."""
    plain = REAL.sub("", text)
    return " ".join("".join(one if one.isprintable() else " " for one in plain).split())


def end_of(text: str, most: int) -> str:
    """Return the end of a text, from the first line on that is there in whole.

    Half of one could begin with half of a secret, which no mask knows; of a single line it is the
    same with words.
    """
    if len(text) <= most:
        return text
    end = text[-most:]
    _, found, lines = end.partition("\n")
    return lines if found else end.partition(" ")[2]


def one_line(text: str) -> str:
    """Return a text as one line, not too long."""
    line = " ".join(printable(text).split("\n")).rstrip()
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."

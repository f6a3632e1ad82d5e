"""The few colours of what is no live display."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

Paint = Callable[[str, str], str]
"""Given a colour's name and a text, returns the text in that colour, or as it is."""

CODES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}

NAMES = ("cyan", "yellow", "green", "magenta", "blue")
"""Those that tell resources apart, in the order in which they are given."""


def painter(stream: TextIO, environ: Mapping[str, str]) -> Paint:
    """Return what paints for this stream: nothing is painted off a terminal or with NO_COLOR."""
    if environ.get("NO_COLOR") or environ.get("TERM", "") in ("", "dumb") or not stream.isatty():
        return plainly
    return lambda colour, text: f"\x1b[{CODES[colour]}m{text}\x1b[0m"


def plainly(_colour: str, text: str) -> str:
    """Return the text as it is."""
    return text

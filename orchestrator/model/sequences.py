"""Escape sequences in a text: what a terminal obeys, and does not show.

Their forms are those of ECMA-48, 5.3 to 5.6: controls of any kind, and strings with an end. Those
that colour a text are also found as they are spelled in source text, in JSON, and in pytest's JUnit
files (`#x1B[31m`).

All patterns run through a text once, whatever is in it: what may stand in any number is matched
without a way back, and ends where the next sequence begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

Span = tuple[int, int]

CONTROL = r"\[[0-?]*+[ -/]*+"
STRING = r"[\]PX^_][^\x07\x1b\n]*+"
OTHER = r"[ -/]*+"

SPELLED = r"(?:(?<!\\)\\++(?:x1[bB]|u001[bB]|033|e)|#x1[bB])"
"""How others write the character with which a sequence begins."""

ALONE = r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
"""What does something by itself, or nothing: text in UTF-16 has one behind each letter."""

SIGNS = (
    *("\x1b", "x1b", "x1B", "u001b", "u001B", r"\033", r"\e["),
    *filter(re.compile(ALONE).match, map(chr, range(0xA0))),
)
"""One of these is in every text with a sequence: looking for them takes next to no time."""

WHOLE = rf"\x1b(?:{CONTROL}[@-~]|{STRING}(?:\x07|\x1b\\)|{OTHER}[0-Z\\-~])"

REAL = re.compile(WHOLE)
"""A sequence that a terminal obeys."""

SEQUENCE = re.compile(rf"{WHOLE}|{ALONE}|{SPELLED}{CONTROL}[@-~]")
"""The same, what is not shown either, and what is one as others write it."""

BEGUN = re.compile(rf"\x1b(?:{CONTROL}|{STRING}\x1b?|{OTHER})?\Z")
"""A sequence that has not come to its end."""

LONGEST = 1 << 12
"""Characters of a sequence that is waited for: a link is the longest of those that people use."""

COLOUR = re.compile(r"\x1b\[[0-9;]{0,24}m")


@dataclass(frozen=True)
class Bare:
    """A text without its sequences, and where what is left of it stood."""

    text: str
    _at: list[int] = field(default_factory=list, repr=False)
    _before: list[int] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, text: str) -> Bare:
        """Return a text without its sequences."""
        found = [match.span() for match in SEQUENCE.finditer(text)]
        lengths = [0, *accumulate(end - start for start, end in found)]
        at = [start - gone for (start, _), gone in zip(found, lengths, strict=False)]
        return cls(SEQUENCE.sub("", text), at, lengths)

    def place(self, at: int) -> int:
        """Return where in the whole text the character stands that is here at this place."""
        return at + self._before[bisect_right(self._at, at)]

    def span(self, span: Span) -> Span:
        """Return a part of it, which is not empty, as a part of the whole text."""
        start, end = span
        return self.place(start), self.place(end - 1) + 1


def has_sequences(text: str) -> bool:
    """Whether there may be any in a text."""
    return any(sign in text for sign in SIGNS)


def unfinished(text: str) -> int:
    """Return where a sequence begins that is not over, else the text's length.

    One that is longer than any is not waited for.
    """
    # The end of a string is a sequence by itself, so the last but one may be what has begun.
    near = max(0, len(text) - LONGEST)
    last = text.rfind("\x1b", near)
    for start in (text.rfind("\x1b", near, max(last, 0)), last):
        if start >= 0 and BEGUN.match(text, start):
            return start
    return len(text)


def colours(text: str) -> str:
    """Return only what colours, so that what is behind a text keeps the colour that it has."""
    return "".join(COLOUR.findall(text)) if "\x1b" in text else ""

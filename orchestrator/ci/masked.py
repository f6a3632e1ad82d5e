"""Somebody else's output, as it comes, without secrets: also without one that comes in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from orchestrator.model.secret import (
    BREAK,
    Mask,
    OpenWord,
    escaped,
    landmark,
    pattern,
    squeezed,
    with_lines,
)
from orchestrator.model.sequences import Bare, Span, has_sequences, unfinished

HEAD = 32
"""Characters of a secret by which its beginning is recognized."""

SPELLED = 8
"""How many times longer than the secret its most roundabout spelling is taken to be."""

MOST = 1 << 20
"""Characters that are held back at most: no line is so long that anybody waits for its end."""


HELD = 1 << 16
"""Characters that a secret's beginning is held back with, where sequences are in its midst."""


class Masked:
    """Gives text on in whole lines; what may go on as a secret waits for what follows."""

    def __init__(self, mask: Mask, secrets: Iterable[str]) -> None:
        self._mask = mask
        self._parts = [Part(one) for one in with_lines(secrets) if not isinstance(one, OpenWord)]
        self._pending = ""

    def feed(self, text: str) -> str:
        """Take more, and return what can be shown."""
        self._pending += text
        if len(self._pending) > MOST:
            return self._give(len(self._pending) - MOST // 2)
        # What is drawn anew on the same line is shown, too. What is behind the last character may
        # still become the end of a line.
        ends = self._pending.rfind("\n"), self._pending.rfind("\r", 0, -1)
        return self._give(max(ends) + 1)

    def rest(self) -> str:
        """Nothing came for a while: return the beginning of a line, too."""
        return self._give(len(self._pending))

    def end(self) -> str:
        """Nothing comes any more: return all that is left."""
        given, self._pending = self._mask(self._pending), ""
        return given

    def _give(self, until: int) -> str:
        """Return the text up to there, or up to where a secret may have begun before it."""
        if not until:
            return ""
        text = self._pending
        whole, begun = self._found(text)
        if has_sequences(text):
            end = unfinished(text)
            bare = Bare.of(text[:end])
            spans, starts = self._found(bare.text)
            whole += map(bare.span, spans)
            # However much stands in the midst of a secret, it is waited for only so long.
            near = (start for start in map(bare.place, starts) if start > len(text) - HELD)
            begun += [end, *near]
        cut = outside(min((until, *begun)), whole)
        given, self._pending = text[:cut], text[cut:]
        return self._mask(given)

    def _found(self, text: str) -> tuple[list[Span], list[int]]:
        """Return where secrets stand in a text, and where any may have begun that are not over."""
        plain = squeezed(text)
        whole = [(one, one.whole(text) if one.mark in plain else []) for one in self._parts]
        begun = [start for one, spans in whole for start in one.begun(text, spans)]
        return [span for _, spans in whole for span in spans], begun


def outside(cut: int, spans: Iterable[Span]) -> int:
    """Return the last place up to there that is inside of none of the spans."""
    for start, end in sorted(spans, reverse=True):
        # Those that begin earlier may still reach over where this one begins.
        cut = start if start < cut < end else cut
    return cut


class Part:
    """A secret, or a line of one, as it is found in a text that has not come to its end.

    `mark` is what has to be in a squeezed text that it is in.
    """

    def __init__(self, secret: str) -> None:
        head = [escaped(character) for character in re.sub(r"\\+", r"\\", secret)[:HEAD]]
        self.mark = landmark(secret)
        self._whole = pattern(secret)
        self._at_the_end = re.compile(nested(head) + rf"{BREAK}\Z")
        self._begun = re.compile(BREAK.join(head)) if len(secret) > HEAD else None
        self._near = SPELLED * (len(head) + 1)
        self._longest = SPELLED * (len(secret) + HEAD)

    def whole(self, text: str) -> list[Span]:
        """Return where it stands in a text."""
        return [match.span() for match in self._whole(text)]

    def begun(self, text: str, whole: Sequence[Span]) -> Iterator[int]:
        """Yield where it may have begun and is not over; `whole` is where it is.

        What may be its beginning may also be its end: then it is over.
        """
        near = max(0, len(text) - self._near, *(end for _, end in whole))
        if match := self._at_the_end.search(text, near):
            yield match.start()
        if self._begun:
            for match in self._begun.finditer(text, max(0, len(text) - self._longest)):
                if not any(start <= match.start() < end for start, end in whole):
                    yield match.start()


def nested(parts: list[str]) -> str:
    """Return the pattern of the first part, and of as many of the others as follow it."""
    tail = ""
    for part in reversed(parts[1:]):
        tail = f"(?:{BREAK}{part}{tail})?"
    return parts[0] + tail

"""Somebody else's output, as it comes, without secrets: also without one that comes in pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from orchestrator.model.secret import BREAK, Mask, OpenWord, escaped, pattern

HEAD = 32
"""Characters of a secret by which its beginning is recognized."""

SPELLED = 8
"""How many times longer than the secret its most roundabout spelling is taken to be."""

MOST = 1 << 20
"""Characters that are held back at most: no line is so long that anybody waits for its end."""


class Masked:
    """Gives text on in whole lines; what may go on as a secret waits for what follows."""

    def __init__(self, mask: Mask, secrets: Iterable[str]) -> None:
        self._mask = mask
        self._unfinished = [beginning(one) for one in secrets if not isinstance(one, OpenWord)]
        self._pending = ""

    def feed(self, text: str) -> str:
        """Take more, and return what can be shown."""
        self._pending += text
        if len(self._pending) > MOST:
            return self._give(len(self._pending) - MOST // 2)
        return self._give(self._pending.rfind("\n") + 1)

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
        starts = (start for one in self._unfinished for start in one(self._pending, until))
        cut = min((until, *starts))
        given, self._pending = self._pending[:cut], self._pending[cut:]
        return self._mask(given)


def beginning(secret: str) -> Callable[[str, int], Iterator[int]]:
    """Return what finds where a secret has begun that is not over at a place, or at the end."""
    head = [escaped(character) for character in re.sub(r"\\+", r"\\", secret)[:HEAD]]
    at_the_end = re.compile(nested(head) + rf"{BREAK}\Z")
    begun, whole = re.compile(BREAK.join(head)), pattern(secret)
    longest = SPELLED * (len(secret) + HEAD)

    def found(text: str, until: int) -> Iterator[int]:
        near_the_end = max(0, len(text) - longest)
        over = [match.span() for match in whole(text)]
        yield from (start for start, end in over if start < until < end)
        if match := at_the_end.search(text, near_the_end):
            yield match.start()
        if len(secret) > HEAD:
            for match in begun.finditer(text, near_the_end):
                if not any(start <= match.start() < end for start, end in over):
                    yield match.start()

    return found


def nested(parts: list[str]) -> str:
    """Return the pattern of the first part, and of as many of the others as follow it."""
    tail = ""
    for part in reversed(parts[1:]):
        tail = f"(?:{BREAK}{part}{tail})?"
    return parts[0] + tail

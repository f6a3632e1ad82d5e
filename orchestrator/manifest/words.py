"""Small helpers with which messages are worded."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence

_LONGEST = 60
_MOST_CANDIDATES = 500
_LEAST_TELLING = 4
"""So many first characters of a secret already tell something of it."""


def quoted(text: str) -> str:
    """The text in double quotes, on one line and not too long."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
    return json.dumps(short, ensure_ascii=False)


def cuts(secret: str) -> Iterator[str]:
    """A secret as a message may hold it: whole, or cut off by `quoted`."""
    yield secret
    if len(secret) > _LEAST_TELLING:
        yield from (secret[:end] + "..." for end in range(_LEAST_TELLING, _LONGEST))


def listed(names: Iterable[str], word: str = "and") -> str:
    """`a, b and c`."""
    *most, last = list(names) or ["nothing"]
    return f"{', '.join(most)} {word} {last}" if most else last


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, None when nothing is near."""
    candidates: Sequence[str] = list(names)[:_MOST_CANDIDATES]
    found = difflib.get_close_matches(word.lower()[:_LONGEST], candidates, n=1)
    return found[0] if found else None


def did_you_mean(word: str, names: Iterable[str], otherwise: str = "") -> str:
    """The end of a message about an unknown name: the nearest one, or other words."""
    near = nearest(word, names)
    if near:
        return f'; did you mean "{near}"?'
    return f"; {otherwise}" if otherwise else ""

"""What it means that an image could not be pushed: what pulls do not know, and the rest by theirs.

The words are those of Docker's own registry (https://distribution.github.io/distribution/spec/api/,
"Errors"), of Harbor, and of Amazon's and Google's.
"""

from __future__ import annotations

import re

from orchestrator.engines.docker.registry_words import (
    ABSENT,
    FULL,
    HIDDEN,
    OTHER_PLATFORM,
    REFUSED,
    SHORT,
    Meaning,
    meaning_of,
)

FORBIDDEN = Meaning(
    "its registry lets nobody push there without a login",
    "{login}, as somebody who may push there; or choose another prefix",
    "its registry does not let the login from {source} push there",
)
CLOSED = Meaning(
    "its registry takes no images from anybody", "choose one that does: a proxy cache takes none"
)
FIXED = Meaning(
    "its registry has this tag already, and lets nobody change it",
    "choose another prefix, or remove {image} there",
)
UNMADE = Meaning(
    "its registry has no such place, and makes none by itself",
    "make the repository or the project there first, or correct the prefix",
)
CROWDED = Meaning(
    "there is no room left for it, in the registry or on the way there",
    "make room there, or choose another registry",
)

OWN: tuple[tuple[Meaning, str], ...] = (
    (FIXED, r"immutable|tag .*already exists|cannot be overwritten"),
    (CROWDED, r"(?<!rate )quota|exceed the configured upper limit"),
    (CLOSED, r"operation is unsupported|\bunsupported:|method not allowed|read[- ]only"),
    (UNMADE, r"repository .*(does not exist|not found)|project .*not found|name unknown"),
)
OTHERWISE: dict[Meaning, Meaning | None] = {
    HIDDEN: FORBIDDEN,
    REFUSED: FORBIDDEN,
    ABSENT: UNMADE,
    FULL: CROWDED,
    OTHER_PLATFORM: None,
    SHORT: None,
}
"""What means something else here than it does for a pull, or nothing."""

PATTERNS = tuple((meaning, re.compile(text)) for meaning, text in OWN)


def push_meaning(words: str, image: str) -> Meaning | None:
    """Return what an engine's words about a push under this name mean, None where nobody knows."""
    lower = words.lower()
    own = next((meaning for meaning, pattern in PATTERNS if pattern.search(lower)), None)
    if own:
        return own
    found = meaning_of(words, image)
    return OTHERWISE.get(found, found) if found else None

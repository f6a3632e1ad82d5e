"""Which call of the engine one is: by its kind, and by how often that kind came before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

VERSION = re.compile(r"^/v\d+(\.\d+)?(?=/)")
ID = re.compile(r"^/(containers|networks|exec|volumes)/(?!json\b|create\b|prune\b)[^/]+")
IMAGE = re.compile(r"^/images/(?!json\b|create\b|prune\b).+/(?=json$|tag$|push$)")


def kind_of(method: str, target: str) -> str:
    """Return what is asked, without what differs each time: `POST /containers/{id}/start`."""
    path = ID.sub(r"/\1/{id}", unversioned(target))
    return f"{method} {IMAGE.sub('/images/{name}/', path)}"


def unversioned(target: str) -> str:
    """Return a target's path without the version of the API."""
    return VERSION.sub("", target.partition("?")[0])


@dataclass(frozen=True, order=True)
class Point:
    """One call among all that a command makes: the `number`th of its kind, from 1.

    Calls come from several threads, so that a count over all kinds would mean another call each
    time.
    """

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}#{self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the call that a text names: `POST /containers/create#2`."""
        kind, _, number = text.rpartition("#")
        return cls(kind, int(number))


def points(kinds: Iterable[str]) -> list[Point]:
    """Return every call of a command that was watched, in the order in which it made them."""
    seen: Counter[str] = Counter()
    found = []
    for kind in kinds:
        seen[kind] += 1
        found.append(Point(kind, seen[kind]))
    return found

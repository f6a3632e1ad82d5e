"""Where in the text a value stands, found by its path through the manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value: `("services", "api", "ports", 0)`."""

_SIMPLE = re.compile(r"[\w-]+")


@dataclass(frozen=True, order=True)
class Source:
    """One of the files that a manifest is made of: its resolved path, and how messages call it."""

    path: str = ""
    display: str = ""

    @property
    def folder(self) -> str:
        """The folder that relative paths in it start from; empty where it is the manifest's own."""
        return str(PurePath(self.path).parent) if self.path else ""


HERE = Source()
"""The file that is being read; in the whole, that with which it all began."""


class Place(NamedTuple):
    """Line and column, counted from 1; 0 means that there is no text to point at."""

    line: int = 0
    column: int = 0
    source: Source = HERE


@dataclass
class Places:
    """The places of all values, and of the keys they stand under."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def known(self, path: Path) -> Path:
        """The longest beginning of the path that the manifest really has."""
        while path and path not in self.values:
            path = path[:-1]
        return path

    def of(self, path: Path) -> Place:
        """Where the value stands, or whatever holds the place where it should stand."""
        return self.values.get(self.known(path), Place())

    def of_key(self, path: Path) -> Place:
        """Where the value's key stands."""
        return self.keys.get(path) or self.of(path)

    def source(self, path: Path) -> Source:
        """The file in which the value was written."""
        return self.of(path).source

    def order(self, path: Path) -> tuple[bool, Place]:
        """What sorts values as they are read: what is included first, then as they stand there."""
        place = self.of(path)
        return place.source == HERE, place

    def attributed(self, source: Source) -> Places:
        """The same places as those of a file that was included."""
        return Places(_attributed(self.values, source), _attributed(self.keys, source))


def _attributed(places: Mapping[Path, Place], source: Source) -> dict[Path, Place]:
    return {
        path: place._replace(source=source) if place.source == HERE else place
        for path, place in places.items()
    }


def in_line(place: Place, beside: Place) -> str:
    """Words that lead from one place to another: ` in line 3`, ` in line 3 of shared.yaml`."""
    if not place.line:
        return ""
    there = f" of {place.source.display or 'the manifest'}"
    return f" in line {place.line}" + (there if place.source != beside.source else "")


def shown(path: Path) -> str:
    """The path as messages write it: `services.api.ports[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _SIMPLE.fullmatch(part):
            text += f".{part}"
        else:
            text += f'["{part}"]'
    return text.removeprefix(".")

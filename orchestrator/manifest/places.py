"""Where in the text a value stands, found by its path through the manifest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value: `("services", "api", "ports", 0)`."""

_SIMPLE = re.compile(r"[\w-]+")


class Place(NamedTuple):
    """Line and column, counted from 1; 0 means that there is no text to point at."""

    line: int = 0
    column: int = 0


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

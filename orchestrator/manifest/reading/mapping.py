"""A Python mapping becomes the same values as a text would, for `Environment.of`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path, Place
from orchestrator.manifest.reading.budget import Budget
from orchestrator.manifest.reading.scalars import Value, scalar


class FromPython:
    """Walks Python values once; nothing in them has a line or a column."""

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes
        self._budget = Budget(mistakes)

    def value(self, given: object, path: Path = ()) -> Value:
        """The value that a manifest's text would have had here."""
        self._mistakes.places.values[path] = Place()
        self._budget.spend(path)
        match given:
            case Mapping():
                return self._mapping(given, path)
            case list() | tuple():
                return [self.value(item, (*path, at)) for at, item in enumerate(given)]
            case str() | PurePath():
                return scalar(str(given), path, plain=False)
        return self._other(given, path)

    def _mapping(self, given: Mapping[Any, object], path: Path) -> Value:
        for key in given:
            if not isinstance(key, str):
                self._mistakes.note(path, f"the key {key!r:.60} must be a text")
        return {
            str(key): self.value(item, (*path, str(key)))
            for key, item in given.items()
            if isinstance(key, str)
        }

    def _other(self, given: object, path: Path) -> Value:
        match given:
            case None:
                return scalar("", path, plain=True)
            case bool():
                return scalar(str(given).lower(), path, plain=True)
            case int() | float():
                return scalar(str(given), path, plain=True)
        self._mistakes.add(path, f"a {type(given).__name__} cannot stand in a manifest")
        return scalar("", path, plain=True)

"""Where a manifest's entries stand, for whoever points at one that has failed."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path, Place
from orchestrator.manifest.reading.scalars import Value
from orchestrator.manifest.sections import ENTRIES
from orchestrator.model.manifest import SpotPath
from orchestrator.model.spot import Spot


def entry_spots(root: Value, mistakes: Mistakes) -> dict[SpotPath, Spot]:
    """Return the places of all entries, of their keys, and of the items of lists below these."""
    return {
        path[1:]: Spot(
            file=place.source.display or mistakes.file, line=place.line, column=place.column
        )
        for path in _paths(root)
        if (place := _place(path, mistakes)).line
    }


def _place(path: Path, mistakes: Mistakes) -> Place:
    places = mistakes.places
    return places.of(path) if isinstance(path[-1], int) else places.of_key(path)


def _paths(root: Value) -> Iterator[Path]:
    sections: dict[str, Value] = dict(_items(root))
    for section in ENTRIES:
        for name, entry in _items(sections.get(section, {})):
            yield section, name
            for key, value in _items(entry):
                yield section, name, key
                if isinstance(value, list):
                    yield from ((section, name, key, at) for at in range(len(value)))


def _items(value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        yield from value.items()

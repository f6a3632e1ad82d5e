"""Files merge: what includes wins over what is included, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from inspect import isclass
from typing import Any, get_args

from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.entry import FilePart
from orchestrator.manifest.model.part import Part
from orchestrator.manifest.model.program import BuildPart, Program, SecretPart
from orchestrator.manifest.model.ready import PROBES, Ready
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.places import Path, Places
from orchestrator.manifest.reading.scalars import Scalar, Value, is_nothing

_HTTP = {"http", "status", "headers"}
_DIALOGUE = {"send", "expect"}
_ALTERNATIVES: Mapping[type[Part], tuple[set[str], ...]] = {
    Program: ({"image"}, {"build"}),
    BuildPart: ({"dockerfile"}, {"dockerfile_inline"}),
    SecretPart: ({"file"}, {"env"}),
    FilePart: ({"source"}, {"content"}),
    Ready: (_HTTP, _DIALOGUE, *({key} for key in PROBES if key not in _HTTP | _DIALOGUE)),
    Server: ({"use", "image", "at"}, {"on"}),
}
"""Keys of which only one, or one group, can be meant: another one takes the place of the first."""


@dataclass(frozen=True)
class Layer:
    """The values of a file, or of several that have merged, and where they stand."""

    root: Value
    places: Places


def over(below: Layer, above: Layer) -> Layer:
    """Both in one: mappings merge, everything else is replaced by what lies `above`."""
    return _Merging(below.places, above.places).merged(below.root, above.root)


class _Merging:
    def __init__(self, below: Places, above: Places) -> None:
        self._below = below
        self._above = above
        self._made = Places()

    def merged(self, below: Value, above: Value) -> Layer:
        return Layer(self._both(below, above, ()), self._made)

    def _both(self, below: Value, above: Value, path: Path) -> Value:
        below, above = self._spelled_out(below, above, path)
        if not isinstance(below, dict) or not isinstance(above, dict):
            return self._kept(above, self._above, path)
        self._made.values[path] = self._above.values[path]
        kept = _without_other_choices(below, above, path)
        made: dict[str, Any] = {}
        for key in [*kept, *(key for key in above if key not in kept)]:
            for value in self._entry(kept, above, key, path):
                made[key] = value
        return made

    def _entry(
        self, below: dict[str, Any], above: dict[str, Any], key: str, path: Path
    ) -> Iterator[Value]:
        """The value of a key; none when it is left empty, which takes away what is included."""
        inner = (*path, key)
        if key not in above or (not path and is_nothing(above[key]) and key in below):
            self._key(self._below, inner)
            yield self._kept(below[key], self._below, inner)
        elif key not in below:
            self._key(self._above, inner)
            yield self._kept(above[key], self._above, inner)
        elif not is_nothing(above[key]):
            self._key(self._above, inner)
            yield self._both(below[key], above[key], inner)

    def _key(self, places: Places, path: Path) -> None:
        if path in places.keys:
            self._made.keys[path] = places.keys[path]

    def _kept(self, value: Value, places: Places, path: Path) -> Value:
        """A value as it is, with the places of all that it holds."""
        self._made.values[path] = places.of(path)
        if isinstance(value, dict):
            for key, item in value.items():
                self._key(places, (*path, key))
                self._kept(item, places, (*path, key))
        elif isinstance(value, list):
            for at, item in enumerate(value):
                self._kept(item, places, (*path, at))
        return value

    def _spelled_out(self, below: Value, above: Value, path: Path) -> tuple[Value, Value]:
        """Both, with a short form as the mapping that it stands for where the other is one."""
        part = _part_at(path)
        if part and part.short:
            if isinstance(above, dict):
                below = _as_mapping(below, part.short, self._below, path)
            if isinstance(below, dict):
                above = _as_mapping(above, part.short, self._above, path)
        return below, above


def _as_mapping(value: Value, short: str, places: Places, path: Path) -> Value:
    if not isinstance(value, Scalar) or is_nothing(value):
        return value
    inner = (*path, short)
    places.values[inner] = places.of(path)
    return {short: replace(value, path=inner)}


def _without_other_choices(
    below: dict[str, Any], above: dict[str, Any], path: Path
) -> dict[str, Any]:
    part = _part_at(path)
    kinds = (groups for kind, groups in _ALTERNATIVES.items() if part and issubclass(part, kind))
    gone: set[str] = set()
    for groups in kinds:
        chosen = [group for group in groups if any(_given(above, key) for key in group)]
        if chosen:
            gone |= set().union(*groups) - set().union(*chosen)
    return {key: value for key, value in below.items() if key not in gone or key in above}


def _given(values: dict[str, Any], key: str) -> bool:
    return key in values and not is_nothing(values[key])


def _part_at(path: Path) -> type[Part] | None:
    """The model of the mapping at a path, None where the keys are free or no mapping stands."""
    annotation: object = Document
    for step in path:
        if isclass(annotation) and issubclass(annotation, Part):
            field = annotation.model_fields.get(str(step))
            annotation = _unwrapped(field.annotation) if field else None
        else:
            annotation = _unwrapped(get_args(annotation)[-1]) if get_args(annotation) else None
    return annotation if isclass(annotation) and issubclass(annotation, Part) else None


def _unwrapped(annotation: object) -> object:
    """The mapping or the part in `Annotated[X, ...] | None`."""
    if isclass(annotation) or getattr(annotation, "__origin__", None) is dict:
        return annotation
    if hasattr(annotation, "__metadata__"):
        return _unwrapped(get_args(annotation)[0])
    found = (_unwrapped(each) for each in get_args(annotation) if each is not type(None))
    return next(found, None)

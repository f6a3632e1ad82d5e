"""A manifest and all that it includes become one tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import PurePath

from orchestrator.manifest.including.foreign import how_to_use, is_compose
from orchestrator.manifest.including.merging import Layer, over
from orchestrator.manifest.including.reader import Part, Reader, World
from orchestrator.manifest.places import HERE, Source
from orchestrator.manifest.reading.interpolate import without_free_keys
from orchestrator.manifest.reading.scalars import Value

_OWN = ("name",)
"""The keys at the top that are no business of whoever includes the file."""


@dataclass(frozen=True)
class Whole:
    """All values in one tree; `environs` are the variables that each of its files sees."""

    root: Value
    environs: Mapping[Source, Mapping[str, str]]


def composed(top: Part, world: World) -> Whole:
    """The top with all that it includes below it; the places of `top.mistakes` are the whole's.

    Raises ManifestError with the mistakes of all files when one of them could not be read: what it
    would have said, nobody knows, and so what the others lack cannot be judged.
    """
    if is_compose(top.root, top.source.path):
        top.mistakes.note((), how_to_use(PurePath(top.source.path).name))
        raise top.mistakes.error()
    below = list(Reader(world, top).parts())
    for part in below:
        top.mistakes.take_over(part.mistakes)
    if any(part.failed for part in (top, *below)):
        raise top.mistakes.error()
    if below:
        layer = reduce(over, [*map(_layer, below), Layer(top.root, top.mistakes.places)])
        top.root, top.mistakes.places = layer.root, layer.places
    return Whole(top.root, {HERE: top.environ} | {part.source: part.environ for part in below})


def _layer(part: Part) -> Layer:
    assert isinstance(part.root, dict), "the reader has seen to it"
    root = {key: value for key, value in part.root.items() if key not in _OWN}
    return Layer(without_free_keys(root), part.mistakes.places.attributed(part.source))

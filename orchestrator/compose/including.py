"""A Compose file is included as it is: it becomes the values of a manifest that says the same."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.compose.nodes import Source as File
from orchestrator.compose.nodes import Spot
from orchestrator.compose.notes import Notes
from orchestrator.compose.out import Branch, Item, Row, Text
from orchestrator.compose.reading.document import World
from orchestrator.compose.translating import translated
from orchestrator.manifest.including.translator import Reading
from orchestrator.manifest.places import HERE, Path, Place, Source
from orchestrator.manifest.reading.scalars import Value, scalar
from orchestrator.technologies import BUILT_IN


def translate(text: bytes, reading: Reading) -> Value:
    """Return the values; all variables are put in, and every service stays a service or a task.

    What may be missed is a warning. Raises ManifestError with every mistake.
    """
    source = reading.source
    file = File(source.path, source.display, source.folder)
    world = World(reading.files, reading.environ, Notes())
    translation = translated([file], world, technologies=BUILT_IN, given={source.path: text})
    reading.mistakes.secrets |= world.notes.secrets
    putting = _Putting(reading, file)
    for note in translation.notes:
        if note.lost:
            reading.mistakes.warn(note.path, note.message, putting.place(note.spot))
    return putting.value(translation.root, ())


@dataclass(frozen=True)
class _Putting:
    """Puts values into a tree, and their places beside it."""

    reading: Reading
    file: File

    def value(self, item: Item, path: Path) -> Value:
        """Return what stands at a path."""
        places, place = self.reading.mistakes.places, self.place(item.spot)
        places.values[path] = place
        match item:
            case Text():
                self.reading.budget.spend(path, item.written)
                return scalar(item.written, path, plain=item.plain)
            case Row():
                self.reading.budget.spend(path)
                return [self.value(one, (*path, at)) for at, one in enumerate(item.items)]
            case Branch():
                self.reading.budget.spend(path)
                keys = {(*path, key): self.place(one.spot) for key, one in item.entries.items()}
                places.keys |= keys
                return {key: self.value(one, (*path, key)) for key, one in item.entries.items()}

    def place(self, spot: Spot) -> Place:
        """Return a place as a manifest's loading knows it; in another file it says in which."""
        here = spot.source.path == self.file.path
        source = HERE if here else Source(spot.source.path, spot.source.display)
        return Place(spot.line, spot.column, source)

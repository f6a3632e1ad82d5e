"""What is told about a translation: mistakes, and what could not be carried over."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.compose.nodes import Node, Spot
from orchestrator.errors import ManifestError, Problem
from orchestrator.manifest.places import Path, shown


@dataclass(frozen=True)
class Note:
    """Something that is otherwise than in the Compose file, in words.

    What is `lost` may be missed; the rest is only as well to know. `under` is the entry of the
    manifest that it is about: its section and name.
    """

    spot: Spot
    path: Path
    message: str
    lost: bool = True
    under: tuple[str, ...] = ()

    @property
    def problem(self) -> Problem:
        """The same with its place, as messages have it."""
        spot = self.spot
        return Problem(spot.source.display, spot.line, spot.column, shown(self.path), self.message)


@dataclass
class Notes:
    """Collects what is told while files are read and translated."""

    mistakes: list[Note] = field(default_factory=list)
    told: list[Note] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def wrong(self, node: Node, message: str) -> None:
        """Tell a mistake."""
        self.wrong_at(node.spot, node.path, message)

    def wrong_at(self, spot: Spot, path: Path, message: str) -> None:
        """Tell a mistake at a place that has no value."""
        self.mistakes.append(Note(spot, path, message))

    def tell(
        self, node: Node, message: str, *, lost: bool = True, under: tuple[str, ...] = ()
    ) -> None:
        """Tell what could not be carried over."""
        note = Note(node.spot, node.path, message, lost, under)
        if note not in self.told:
            self.told.append(note)

    def error(self) -> ManifestError:
        """All mistakes, as what is raised."""
        return ManifestError([each.problem for each in self.mistakes])

    def raise_if_any(self) -> None:
        """Raise ManifestError if there is any mistake."""
        if self.mistakes:
            raise self.error()

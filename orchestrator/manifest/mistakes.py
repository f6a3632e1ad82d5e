"""Every mistake of a manifest, collected until all of them can be told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orchestrator.errors import ManifestError, Problem
from orchestrator.manifest.places import Path, Place, Places, Source, shown
from orchestrator.manifest.words import cuts
from orchestrator.model.secret import masker


class Mistakes:
    """What was found wrong so far, and what is therefore not worth judging again.

    A value that is wrong gets no second mistake, and whatever depends on it can ask (`near`,
    `incomplete`) and say nothing, so that one slip of the user's is one line of the report.
    `secrets` are what no message may show.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.places = Places()
        self.secrets: set[str] = set()
        self._problems: dict[tuple[Place, str, str], Problem] = {}
        self._warnings: list[Problem] = []
        self._spoilt: set[Path] = set()
        self._above: set[Path] = set()
        self._incomplete: set[Path] = set()

    def add(self, path: Path, *messages: str) -> None:
        """The value at `path` is wrong, unless that was said already."""
        if self.spoilt(path):
            return
        self._spoil(path)
        for message in messages:
            self._tell(self.places.of(path), self.places.known(path), message)

    def note(self, path: Path, message: str) -> None:
        """Something is missing at `path`; what is there is judged all the same."""
        self._tell(self.places.of(path), path, message)

    def add_key(self, path: Path, message: str) -> None:
        """The last key of `path` is unknown, so that nothing is known of what stands under it."""
        if not self.spoilt(path):
            self._spoil(path)
            self._incomplete.add(path[:-1])
            self._tell(self.places.of_key(path), path, message)

    def note_key(self, path: Path, message: str, place: Place | None = None) -> None:
        """The last key of `path` is wrong; what stands under it is judged all the same."""
        self._tell(place or self.places.of_key(path), path, message)

    def warn(self, path: Path, message: str, place: Place | None = None) -> None:
        """Something at `path` is allowed, but hardly meant."""
        self._warnings.append(self._problem(place or self.places.of(path), path, message))

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """All warnings, in the order of the text."""
        return tuple(sorted(self._warnings))

    def in_text(self, place: Place, message: str) -> None:
        """The text is wrong at a place that has no path yet."""
        self._tell(place, (), message)

    def repeat(self, problems: Iterable[Problem]) -> None:
        """Tell what was found wrong elsewhere."""
        for problem in problems:
            place = Place(problem.line, problem.column, Source("", problem.file))
            self._problems.setdefault((place, problem.path, problem.message), problem)

    def take_over(self, other: Mistakes) -> None:
        """Tell all that was found wrong in another file, and remember what need not be judged."""
        self.repeat(other._problems.values())
        self._warnings += other._warnings
        self.secrets |= other.secrets
        self._spoilt |= other._spoilt
        self._above |= other._above
        self._incomplete |= other._incomplete

    def spoilt(self, path: Path) -> bool:
        """Whether the value at `path`, or something it is a part of, is known to be wrong."""
        return any(path[:length] in self._spoilt for length in range(len(path) + 1))

    def near(self, path: Path) -> bool:
        """Whether the value at `path`, a part of it or what it is a part of is wrong."""
        return path in self._above or self.spoilt(path)

    def incomplete(self, path: Path) -> bool:
        """Whether the mapping at `path` has unknown keys, so that what it lacks may be misspelt."""
        return path in self._incomplete

    def error(self) -> ManifestError:
        """All of them, as what is raised."""
        mask = masker(spelled for secret in self.secrets for spelled in cuts(secret))
        problems = self._problems.values()
        return ManifestError([replace(each, message=mask(each.message)) for each in problems])

    def raise_if_any(self) -> None:
        """Raise ManifestError if there is any mistake."""
        if self._problems:
            raise self.error()

    def _spoil(self, path: Path) -> None:
        self._spoilt.add(path)
        self._above.update(path[:length] for length in range(len(path) + 1))

    def _tell(self, place: Place, path: Path, message: str) -> None:
        # What an anchor brings to two places is one mistake: there, the path tells no two apart.
        key = (place, "" if place.line else shown(path), message)
        self._problems.setdefault(key, self._problem(place, path, message))

    def _problem(self, place: Place, path: Path, message: str) -> Problem:
        file = place.source.display or self.file
        return Problem(file, place.line, place.column, shown(path), message)

"""Reads all files of a manifest: those that it includes, and those that these include."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import PurePath

from pydantic_core import PydanticCustomError

from orchestrator.errors import ManifestError
from orchestrator.manifest.files import Files, led_out, missing, project
from orchestrator.manifest.including.foreign import is_compose
from orchestrator.manifest.including.translator import COMPOSE, Reading, Translator
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.includes import Included, entries, read_include
from orchestrator.manifest.places import HERE, Path, Source
from orchestrator.manifest.reading.budget import Budget
from orchestrator.manifest.reading.decode import LARGEST, decode
from orchestrator.manifest.reading.dotenv import beside
from orchestrator.manifest.reading.interpolate import interpolate
from orchestrator.manifest.reading.scalars import Value, is_nothing, kind
from orchestrator.manifest.reading.syntax import compose
from orchestrator.manifest.reading.tree import Tree
from orchestrator.manifest.words import did_you_mean, quoted
from orchestrator.model.manifest import MAPPING

KEY = "include"
NAME = "environment.yaml"
"""What the manifest of a folder is called."""

MOST_FILES = 100
"""How many files one manifest may be made of; fifty services in a file each are half of it."""

_SUFFIXES = (".yaml", ".yml")


@dataclass
class Part:
    """One file that has been read: its values, what is wrong in it, and the variables it sees.

    `failed` says that something of what it stands for is not known: it, or what it includes, could
    not be read.
    """

    source: Source
    root: Value
    mistakes: Mistakes
    environ: Mapping[str, str]
    failed: bool = False

    def wrong(self, path: Path, message: str) -> None:
        """Tell a mistake that leaves open what the file stands for."""
        self.mistakes.add(path, message)
        self.failed = True

    @property
    def folder(self) -> str:
        """The folder that its relative paths start from."""
        return self.source.folder


@dataclass(frozen=True)
class World:
    """What reading may ask for besides the text: files, and what is known by name.

    `ready_made` leads from the names of ready-made environments to their files, `translators` from
    other kinds of files to what makes a manifest's values of them.
    """

    files: Files
    ready_made: Mapping[str, str] = field(default_factory=dict)
    translators: Mapping[str, Translator] = field(default_factory=dict)


class Reader:
    """Reads each file once, an included one before what includes it."""

    def __init__(self, world: World, top: Part) -> None:
        self._world = world
        self._top = top
        self._spent = self._bytes = 0
        self._trail = [top]
        self._seen: set[str] = set()

    def parts(self) -> Iterator[Part]:
        """Every file that is included, in the order in which later ones win over earlier ones."""
        return self._below(self._top)

    def _below(self, part: Part) -> Iterator[Part]:
        if not isinstance(part.root, dict):
            return
        for path, included in self._wanted(part):
            found = self._found(included, path, part)
            if found and self._is_new(found, path, part):
                child = self._read(found, included, path, part)
                self._trail.append(child)
                yield from self._below(child)
                self._trail.pop()
                yield child

    def _wanted(self, part: Part) -> Iterator[tuple[Path, Included]]:
        """Each entry of `include`, which is taken out of the tree."""
        value = part.root.pop(KEY, None) if isinstance(part.root, dict) else None
        if value is None or is_nothing(value):
            return
        value = interpolate(value, {HERE: part.environ}, part.mistakes)
        listed = isinstance(value, list)
        for at, entry in enumerate(entries(value)):
            path: Path = (KEY, at) if listed else (KEY,)
            try:
                yield path, read_include(entry)
            except PydanticCustomError as error:
                told = error.context or {}
                part.wrong((*path, *told["below"]), told["message"])

    def _found(self, included: Included, path: Path, part: Part) -> Source | None:
        """The file that is meant, None when there is none."""
        written, ready_made = included.word.text, self._world.ready_made
        named = "/" not in written and not written.endswith(_SUFFIXES) and not included.compose
        if named and written in ready_made:
            return Source(ready_made[written], ready_made[written])
        place = str(PurePath(normpath(PurePath(part.folder, written))))
        shown = self._shown(written, place, part)
        if self._world.files.is_folder(place) and not included.compose:
            place, shown = f"{place}/{NAME}", f"{shown}/{NAME}"
        if self._world.files.exists(place) and not self._world.files.is_folder(place):
            return self._staying(Source(place, shown), path, part)
        words = missing(place, self._world.files)
        if named:
            near = did_you_mean(written, ready_made, f"there is no file {place} either")
            words = f"no ready-made environment is called {quoted(written)}{near}"
        part.wrong(path, words)
        return None

    def _shown(self, written: str, place: str, part: Part) -> str:
        if part.source.display == MAPPING or PurePath(written).is_absolute():
            return place
        return normpath(PurePath(part.source.display).parent / written)

    def _staying(self, found: Source, path: Path, part: Part) -> Source | None:
        whole = project(part.folder, self._world.files)
        real = led_out(found.path, whole, self._world.files)
        if real is None:
            return found
        part.wrong(
            path,
            f"{found.path} leads by a link out of the project {whole}, to {real}; "
            f"if that is meant, write {real} itself",
        )
        return None

    def _is_new(self, found: Source, path: Path, part: Part) -> bool:
        """Whether it was not read yet; a circle is told."""
        real = self._world.files.real(found.path)
        open_ = [self._world.files.real(each.source.path) for each in self._trail]
        if real in open_:
            names = [each.source.display for each in self._trail[open_.index(real) :]]
            circle = " → ".join([*names, names[0]])
            part.wrong(path, f"these files include each other: {circle}")
            return False
        if real in self._seen:
            return False
        if len(self._seen) >= MOST_FILES:
            part.wrong(path, f"a manifest cannot include more than {MOST_FILES} files")
            return False
        self._seen.add(real)
        return True

    def _read(self, found: Source, included: Included, path: Path, part: Part) -> Part:
        """The file with its values; where these cannot be had, without any."""
        mistakes = Mistakes(found.display)
        child = Part(found, {}, mistakes, part.environ)
        try:
            text = self._world.files.read(found.path)
        except OSError as error:
            part.wrong(path, f"{found.path} cannot be read: {error.strerror}")
            return child
        self._bytes += len(text)
        if self._bytes > LARGEST:
            part.wrong(path, "with this file, all that is included has more than 1 MiB")
            return child
        try:
            if child.folder != part.folder:
                child.environ = beside(child.folder, self._world.files, part.environ)
            child.root = self._values(text, included, child)
            if not included.compose and is_compose(child.root, found.path):
                written = included.word.text
                part.wrong(path, f"this is a Compose file; write {{compose: {written}}}")
                child.root = {}
        except ManifestError as error:
            mistakes.repeat(error.problems)
            child.failed = True
        return child

    def _values(self, text: bytes, included: Included, child: Part) -> Value:
        budget = Budget(child.mistakes, before=self._spent)
        reading = Reading(child.source, self._world.files, child.environ, child.mistakes, budget)
        root = self._translated(text, reading) if included.compose else _values(text, reading)
        self._spent += budget.spent
        if not isinstance(root, dict):
            child.mistakes.add((), f"must be a mapping of sections, not {kind(root)}")
            raise child.mistakes.error()
        return root

    def _translated(self, text: bytes, reading: Reading) -> Value:
        translate = self._world.translators.get(COMPOSE)
        if translate is None:
            reading.mistakes.note((), "a Compose file cannot be included by this version")
            raise reading.mistakes.error()
        return translate(text, reading)


def _values(text: bytes, reading: Reading) -> Value:
    node = compose(decode(text, reading.mistakes), reading.mistakes)
    return Tree(reading.mistakes, reading.budget).value(node)

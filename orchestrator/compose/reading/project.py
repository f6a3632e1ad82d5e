"""All files of a project become one: what they include, extend, and lay over each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from orchestrator.compose.files import absolute
from orchestrator.compose.nodes import Block, Node, Said, Source, words
from orchestrator.compose.reading.document import World, document, read_document
from orchestrator.compose.reading.environment import variables
from orchestrator.compose.reading.extending import Extending, shown_beside
from orchestrator.compose.reading.merging import merged, without_resets
from orchestrator.compose.reading.shapes import canonical
from orchestrator.compose.reading.valid import check
from orchestrator.manifest.words import quoted

DEEPEST = 20
"""How many files may include one another in a row."""


@dataclass(frozen=True)
class Project:
    """What there is: services in their long forms, and what they name besides."""

    root: Block

    def part(self, key: str) -> Block:
        """Return one of the top's mappings, an empty one where there is none."""
        return self.root.block(key) or Block({}, self.root.spot)

    @property
    def services(self) -> dict[str, Block]:
        """The services by name."""
        found = self.part("services").entries.items()
        return {name: service for name, service in found if isinstance(service, Block)}


def project(
    sources: Sequence[Source], world: World, given: dict[str, bytes] | None = None
) -> Project:
    """Return the project in these files, of which later ones are laid over earlier ones.

    `given` are the bytes of those that were read already, by path. Raises ManifestError.
    """
    root = _Reading(world, given or {}).together(sources, 0)
    found = without_resets(root)
    assert isinstance(found, Block)
    world.notes.raise_if_any()
    return Project(found)


@dataclass(frozen=True)
class _Reading:
    world: World
    given: dict[str, bytes]

    def together(self, sources: Sequence[Source], depth: int) -> Block:
        root: Node | None = None
        for source in sources:
            root = merged(root, self._one(source, depth))
        assert isinstance(root, Block)
        return root

    def _one(self, source: Source, depth: int) -> Block:
        data = self.given.get(source.path)
        if data is None:
            read = read_document(source, self.world)
        else:
            read = document(data, source, self.world)
        check(read, self.world.notes)
        # What does not fit the schema cannot be taken apart any further.
        self.world.notes.raise_if_any()
        root = Extending(self.world).extended(canonical(read))
        below: Node | None = None
        for included in self._included(root, depth):
            below = merged(below, included)
        whole = merged(below, root) if below else root
        assert isinstance(whole, Block)
        return whole

    def _included(self, root: Block, depth: int) -> Iterator[Block]:
        node = root.get("include")
        for entry in getattr(node, "items", ()):
            if depth >= DEEPEST:
                self.world.notes.wrong(entry, "files cannot include each other without end")
                self.world.notes.raise_if_any()
            yield self._entry(entry, depth)

    def _entry(self, entry: Node, depth: int) -> Block:
        named = words(entry) or words(entry.get("path") if isinstance(entry, Block) else None)
        paths = [absolute(word.text, word.spot) for word in named]
        folder = str(PurePath(paths[0]).parent) if paths else entry.spot.source.folder
        environment: list[str] = [f"{folder}/.env"]
        if isinstance(entry, Block):
            own = entry.text("project_directory")
            folder = absolute(own, entry.spot) if own else folder
            files = [absolute(word.text, word.spot) for word in words(entry.get("env_file"))]
            environment = files or [f"{folder}/.env"]
        read = {path: self.world.read(path, word) for path, word in zip(paths, named, strict=True)}
        self.world.notes.raise_if_any()
        given = {path: data for path, data in read.items() if data is not None}
        sources = [Source(path, shown_beside(path, entry.spot.source), folder) for path in paths]
        return _Reading(self._within(environment, entry), given).together(sources, depth + 1)

    def _within(self, files: Sequence[str], entry: Node) -> World:
        """Return the world of an included project, with the variables in these files."""
        beside: dict[str, Said] = {}
        for path in files:
            data = self.world.read(path, entry) if self.world.files.exists(path) else None
            if data is not None:
                folder, shown = str(PurePath(path).parent), shown_beside(path, entry.spot.source)
                beside |= variables(data, Source(path, shown, folder), self.world)
        return self.world.within({name: said.text for name, said in beside.items()})


def named(project: Project, part: str, name: Said) -> Block | None:
    """Return what a service names of the top's mappings, None where it is not there."""
    found = project.part(part).entries.get(name.text)
    return found if isinstance(found, Block) else None


def missing(part: str, name: str) -> str:
    """Return in words that there is no such entry."""
    return f"the file has no {quoted(name)} under {part!r}".replace("'", "`")

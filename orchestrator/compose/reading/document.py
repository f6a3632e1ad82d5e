"""The bytes of one file become nodes, with the variables put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.compose.nodes import TAGS, Block, Listing, Node, Said, Source, Spot
from orchestrator.compose.notes import Notes
from orchestrator.compose.variables import BadVariable, Filled, fill
from orchestrator.errors import ManifestError, Problem
from orchestrator.manifest.files import Files, led_out, missing, project
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.decode import decode
from orchestrator.manifest.reading.scalars import Scalar, Value
from orchestrator.manifest.reading.syntax import compose
from orchestrator.manifest.reading.tree import Tree
from orchestrator.manifest.words import listed

UNSAYABLE = (
    "a manifest cannot say what is done with {names} here, so that what it is now stands there"
)


@dataclass(frozen=True)
class World:
    """What reading draws on: files, the environment, and what is told meanwhile.

    With `keep` the manifest goes on naming the variables of the environment, as far as it can say
    what is done with them; those that are `fixed` only an included project knows.
    """

    files: Files
    environ: Mapping[str, str]
    notes: Notes
    keep: bool = False
    fixed: frozenset[str] = frozenset()

    def read(self, path: str, node: Node) -> bytes | None:
        """Read a file that is named somewhere; None, and a mistake, when it cannot be had."""
        whole = project(node.spot.source.folder, self.files)
        if not self.files.exists(path):
            self.notes.wrong(node, missing(path, self.files))
        elif real := led_out(path, whole, self.files):
            self.notes.wrong(
                node, f"{path} leads by a link out of the project {whole}, to {real}; write {real}"
            )
        else:
            try:
                return self.files.read(path)
            except OSError as error:
                self.notes.wrong(node, f"{path} cannot be read: {error.strerror or error}")
        return None

    def within(self, own: Mapping[str, str]) -> World:
        """Return the world of an included project: its own variables stand behind the others."""
        fixed = self.fixed | (own.keys() - self.environ.keys())
        return replace(self, environ={**own, **self.environ}, fixed=fixed)


def read_document(source: Source, world: World) -> Block:
    """Read a file by its path. Raises ManifestError when it cannot be read."""
    try:
        data = world.files.read(source.path)
    except OSError as error:
        problem = Problem(source.display, 0, 0, "", f"cannot be read: {error.strerror or error}")
        raise ManifestError([problem]) from error
    return document(data, source, world)


def document(data: bytes, source: Source, world: World) -> Block:
    """Return the document in a file's bytes. Raises ManifestError where it is none."""
    mistakes = Mistakes(source.display)
    node = compose(decode(data, mistakes), mistakes, TAGS)
    tree = Tree(mistakes)
    root = tree.value(node)
    mistakes.raise_if_any()
    found = _Converting(source, mistakes, tree.tags, world).node(root, ())
    if not isinstance(found, Block):
        raise ManifestError([Problem(source.display, 1, 1, "", "a Compose file is a mapping")])
    return found


@dataclass(frozen=True)
class _Converting:
    source: Source
    mistakes: Mistakes
    tags: Mapping[Path, str]
    world: World

    def node(self, value: Value, path: Path) -> Node:
        place = self.mistakes.places.of(path)
        spot = Spot(self.source, place.line, place.column)
        tag = self.tags.get(path, "")
        if isinstance(value, dict):
            entries = {key: self.node(item, (*path, key)) for key, item in value.items()}
            keys = {key: self._key((*path, key)) for key in value}
            return Block(entries, spot, path, tag, keys)
        if isinstance(value, list):
            items = (self.node(item, (*path, at)) for at, item in enumerate(value))
            return Listing(tuple(items), spot, path, tag)
        return self._said(value, spot, path, tag)

    def _key(self, path: Path) -> Spot:
        place = self.mistakes.places.of_key(path)
        return Spot(self.source, place.line, place.column)

    def _said(self, scalar: Scalar, spot: Spot, path: Path, tag: str) -> Said:
        said = Said(scalar.written, scalar.written, scalar.plain, spot, path, tag)
        if path and str(path[0]).startswith("x-"):
            # What stands there is nobody's business, unless it is merged into something else.
            return said
        try:
            world = self.world
            found = fill(scalar.written, world.environ, keep=world.keep, fixed=world.fixed)
        except BadVariable as wrong:
            self.world.notes.wrong(said, str(wrong))
            return said
        self._tell(said, found)
        # A variable that is empty is an empty text, and not nothing at all.
        plain = said.plain and (bool(found.text) or not scalar.written)
        return replace(said, text=found.text, written=found.written, open=found.open, plain=plain)

    def _tell(self, said: Said, found: Filled) -> None:
        notes = self.world.notes
        notes.secrets.update(found.secrets)
        if found.settled:
            notes.tell(said, UNSAYABLE.format(names=listed(dict.fromkeys(found.settled))))
        if found.unset and not self.world.keep:
            names = listed(dict.fromkeys(found.unset))
            what = "is" if len(set(found.unset)) == 1 else "are"
            notes.tell(said, f"{names} {what} not set in the environment, and nothing stands there")

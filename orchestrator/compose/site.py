"""One service on its way into a manifest, and what is the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os.path import normpath, relpath
from pathlib import PurePath

from orchestrator.compose.files import absolute
from orchestrator.compose.nodes import Block, Listing, Node, Said, Spot
from orchestrator.compose.notes import Notes
from orchestrator.compose.out import Branch, Item, Text, laid_over, word
from orchestrator.compose.reading.document import World
from orchestrator.compose.reading.project import Project
from orchestrator.manifest.files import Files
from orchestrator.model.technology import Technology


@dataclass(frozen=True)
class Common:
    """What is the same for all services of a project.

    `names` leads from each service's name to the one that it has in the manifest, `aliases` to
    other names that links give it; `tasks` are those that somebody waits for until they are done.
    `folder` is the manifest's, from which its paths start; empty: they start from the file in which
    they stand. `imported` tells that people will read what comes of it.
    """

    project: Project
    world: World
    names: Mapping[str, str]
    aliases: Mapping[str, list[Text]]
    tasks: frozenset[str]
    technologies: Mapping[str, Technology]
    folder: str = ""
    imported: bool = False

    @property
    def files(self) -> Files:
        """The files beside the Compose file."""
        return self.world.files

    @property
    def notes(self) -> Notes:
        """What is told meanwhile."""
        return self.world.notes

    def path(self, written: str, spot: Spot) -> str:
        """Return a path as the manifest has to write it."""
        if written.startswith("/"):
            return written
        if not self.folder:
            # Whoever reads this resolves it against the folder of the file that the place names.
            start = relpath(spot.source.folder, PurePath(spot.source.path).parent)
            return normpath(f"{start}/{written}")
        return relpath(absolute(written, spot), self.folder)


@dataclass
class Site:
    """One service: what it says, and the entry that it becomes."""

    name: str
    service: Block
    common: Common
    entry: dict[str, Item] = field(default_factory=dict)

    @property
    def task(self) -> bool:
        """Whether it becomes a task."""
        return self.name in self.common.tasks

    @property
    def under(self) -> tuple[str, str]:
        """Where the entry stands in the manifest."""
        return ("tasks" if self.task else "services", self.common.names[self.name])

    def get(self, key: str) -> Node | None:
        """Return what the service says under a key, None for nothing."""
        return self.service.get(key)

    def said(self, key: str) -> Said | None:
        """Return the single value under a key."""
        found = self.get(key)
        return found if isinstance(found, Said) else None

    def block(self, key: str) -> Block | None:
        """Return the mapping under a key."""
        return self.service.block(key)

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the entries of the list under a key."""
        found = self.get(key)
        return found.items if isinstance(found, Listing) else ()

    def spot(self, key: str) -> Spot:
        """Return where a key stands."""
        return self.service.keys.get(key) or self.service.spot

    def lost(self, node: Node, message: str) -> None:
        """Tell what could not be carried over, and may be missed."""
        self.common.notes.tell(node, message, under=self.under)

    def fine(self, node: Node, message: str) -> None:
        """Tell what is otherwise, but need not be missed."""
        self.common.notes.tell(node, message, lost=False, under=self.under)

    def settle(self, node: Node) -> None:
        """Tell that a value is there as it is now, and none of its variables."""
        if isinstance(node, Said) and node.open:
            self.fine(node, f"stands here as it is now: {node.text}")

    def option(self, spot: Spot, *keys: str, value: Item) -> None:
        """Add a setting for the engine's create call."""
        for key in reversed(keys):
            value = Branch(spot, {key: value})
        assert isinstance(value, Branch)
        own = self.entry.get("docker")
        self.entry["docker"] = laid_over(own, value) if isinstance(own, Branch) else value

    def file(self, target: str, source: str, spot: Spot, mode: str = "") -> None:
        """Put a file of this host in, by its path as the Compose file writes it."""
        path = word(self.common.path(source, spot), spot)
        part: Item = path
        if mode:
            part = Branch(spot, {"source": path, "mode": Text(mode, spot, plain=True)})
        self.put_file(target, part, spot)

    def put_file(self, target: str, part: Item, spot: Spot) -> None:
        """Put in whatever a manifest can say of a file."""
        files = self.entry.setdefault("files", Branch(spot))
        assert isinstance(files, Branch)
        files.entries[target] = part

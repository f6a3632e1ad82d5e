"""`extends`: a service that begins as another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

from orchestrator.compose.files import absolute
from orchestrator.compose.nodes import Block, Node, Source
from orchestrator.compose.reading.document import World, document
from orchestrator.compose.reading.merging import merged, without_resets
from orchestrator.compose.reading.shapes import canonical
from orchestrator.compose.reading.valid import check
from orchestrator.manifest.words import did_you_mean, quoted


@dataclass
class Extending:
    """Answers `extends` in one document after the other; each further file is read once."""

    world: World
    documents: dict[str, Block] = field(default_factory=dict)

    def extended(self, root: Block) -> Block:
        """Return the document with every service complete."""
        services = root.block("services")
        if services is None:
            return root
        whole: dict[str, Node] = {
            name: self._whole(service, services, ((_file(root), name),))
            if isinstance(service, Block)
            else service
            for name, service in services.entries.items()
        }
        return root.with_entries({**root.entries, "services": services.with_entries(whole)})

    def _whole(self, service: Block, services: Block, above: tuple[tuple[str, str], ...]) -> Block:
        extends = service.block("extends")
        if extends is None:
            return service
        own = service.with_entries(
            {key: item for key, item in service.entries.items() if key != "extends"}
        )
        beside = self._beside(extends, services)
        name = extends.text("service")
        base = beside.block(name) if beside else None
        if beside is None:
            return own
        if base is None:
            near = did_you_mean(name, beside.entries)
            self.world.notes.wrong(extends, f"there is no service {quoted(name)}{near}")
            return own
        here = (_file(base), name)
        if here in above:
            # Each of them leads into the circle; it is told once, from the first on.
            if here == above[0] == min(above):
                circle = " -> ".join(one for _, one in (*above, here))
                self.world.notes.wrong(extends, f"services cannot extend each other: {circle}")
            return own
        found = merged(without_resets(self._whole(base, beside, (*above, here))), own)
        assert isinstance(found, Block)
        return found

    def _beside(self, extends: Block, services: Block) -> Block | None:
        """Return the services among which the extended one is, None when they cannot be read."""
        file = extends.get("file")
        if file is None:
            return services
        path = absolute(extends.text("file"), file.spot)
        if path not in self.documents:
            data = self.world.read(path, file)
            if data is None:
                return None
            self.documents[path] = self._document(data, path, file)
        return self.documents[path].block("services")

    def _document(self, data: bytes, path: str, asked: Node) -> Block:
        folder = str(PurePath(path).parent)
        display = shown_beside(path, asked.spot.source)
        root = document(data, Source(path, display, folder), self.world)
        check(root, self.world.notes)
        return canonical(root)


def shown_beside(path: str, other: Source) -> str:
    """Return how messages call a file that another one names."""
    import os.path

    folder = os.path.dirname(other.path)  # noqa: PTH120 - a text, not a file
    beside = os.path.relpath(path, folder)
    return os.path.normpath(os.path.join(os.path.dirname(other.display), beside))  # noqa: PTH118,PTH120


def _file(node: Node) -> str:
    return node.spot.source.path

"""What stands in a Compose file: every value knows its file, its line, and its path there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Plain, resolved

RESET = "!reset"
"""The tag that takes a value away which another file has given."""

OVERRIDE = "!override"
"""The tag of a value that replaces, where it would be merged."""

TAGS = frozenset({RESET, OVERRIDE})


@dataclass(frozen=True)
class Source:
    """A file: where it is, how messages call it, and the folder that its paths start from."""

    path: str
    display: str
    folder: str


@dataclass(frozen=True)
class Spot:
    """A place in a file; line and column count from 1."""

    source: Source
    line: int
    column: int


@dataclass(frozen=True)
class Said:
    """A single value.

    `text` is what it means now, with all variables put in; `written` is the same in the words of a
    manifest, where `${` begins a reference. A value whose `written` still names variables of the
    environment is `open`. `plain` is one without quotes, which may be a number.
    """

    text: str
    written: str
    plain: bool
    spot: Spot
    path: Path = ()
    tag: str = ""
    open: bool = False

    @property
    def value(self) -> Plain:
        """What it means by the rules of YAML."""
        return resolved(self.text) if self.plain else self.text

    @property
    def nothing(self) -> bool:
        """Whether it was left empty."""
        return self.value is None

    @property
    def true(self) -> bool:
        """Whether it says yes."""
        return self.text.strip().lower() in ("true", "1", "yes", "on")

    def but(self, text: str, written: str = "") -> Said:
        """Return another text at the same place, as if it stood in quotes."""
        said = written or literal(text)
        return replace(self, text=text, written=said, plain=False, open=bool(written))


@dataclass(frozen=True)
class Listing:
    """A list."""

    items: tuple[Node, ...]
    spot: Spot
    path: Path = ()
    tag: str = ""


@dataclass(frozen=True)
class Block:
    """A mapping; `keys` are the places of its keys."""

    entries: dict[str, Node]
    spot: Spot
    path: Path = ()
    tag: str = ""
    keys: dict[str, Spot] = field(default_factory=dict)

    def get(self, key: str) -> Node | None:
        """Return a value, None where there is none or it was left empty."""
        found = self.entries.get(key)
        return None if isinstance(found, Said) and found.nothing else found

    def text(self, key: str) -> str:
        """Return what a key says, empty where it says nothing."""
        found = self.get(key)
        return found.text if isinstance(found, Said) else ""

    def block(self, key: str) -> Block | None:
        """Return the mapping under a key."""
        found = self.get(key)
        return found if isinstance(found, Block) else None

    def with_entries(self, entries: dict[str, Node]) -> Block:
        """Return the same mapping with other entries."""
        return replace(self, entries=entries)


Node = Said | Listing | Block


def literal(text: str) -> str:
    """Return a text as a manifest writes it, so that nothing in it is a reference."""
    return text.replace("${", "$${")


def words(node: Node | None) -> list[Said]:
    """Return the single values of a list, or the one that stands in a list's place."""
    if isinstance(node, Said):
        return [] if node.nothing else [node]
    if isinstance(node, Listing):
        return [item for item in node.items if isinstance(item, Said)]
    return []


def pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield the entries of a mapping."""
    if isinstance(node, Block):
        yield from node.entries.items()


def plain_value(node: Node) -> object:
    """Return a node as plain Python, as a schema looks at it; what is taken away is not there."""
    match node:
        case Said():
            return node.value
        case Listing():
            return [plain_value(item) for item in node.items if item.tag != RESET]
        case Block():
            kept = {key: one for key, one in node.entries.items() if one.tag != RESET}
            return {key: plain_value(one) for key, one in kept.items()}

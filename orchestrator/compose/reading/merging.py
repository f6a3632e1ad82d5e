"""One file over another, by Compose's rules.

Source: https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.compose.nodes import OVERRIDE, RESET, Block, Listing, Node, Said
from orchestrator.compose.reading.words import volume_target
from orchestrator.manifest.places import Path

REPLACED = ("command", "entrypoint", "test")
"""Lists that replace one another instead of growing."""


def merged(base: Node | None, over: Node, key: str = "") -> Node:
    """Return the two as one; what stands in `over` wins."""
    if base is None or over.tag == OVERRIDE or key in REPLACED:
        return replace(over, tag="") if over.tag == OVERRIDE else over
    if over.tag == RESET:
        return over
    if isinstance(base, Block) and isinstance(over, Block):
        entries = dict(base.entries)
        for name, value in over.entries.items():
            entries[name] = merged(entries.get(name), value, name)
        return replace(over, entries=entries, keys={**base.keys, **over.keys})
    if isinstance(base, Listing) and isinstance(over, Listing):
        return replace(over, items=grown(base, over, key))
    if isinstance(over, Said) and over.nothing and isinstance(base, Block):
        return base
    return over


def grown(base: Listing, over: Listing, key: str) -> tuple[Node, ...]:
    """Return the entries of both; what means the same thing stands there once, as `over` has it."""
    found: dict[object, Node] = {}
    for item in (*base.items, *over.items):
        found[identity(item, key)] = item
    return tuple(found.values())


def identity(item: Node, key: str) -> object:
    """Return what tells an entry of a list from the others."""
    if key == "volumes":
        return volume_target(item)
    if key in ("secrets", "configs") and isinstance(item, Block):
        return item.text("target") or item.text("source")
    return everything(item)


def everything(item: Node) -> object:
    """Return all that an entry says."""
    match item:
        case Said():
            return item.text
        case Listing():
            return tuple(everything(one) for one in item.items)
        case Block():
            return tuple(sorted((key, repr(everything(one))) for key, one in item.entries.items()))


def without_resets(node: Node) -> Node:
    """Return what is left when all that was taken away is gone, and no tag matters any more."""
    if isinstance(node, Block):
        kept = {
            key: without_resets(item) for key, item in node.entries.items() if item.tag != RESET
        }
        return replace(node, entries=kept, tag="")
    if isinstance(node, Listing):
        items = tuple(without_resets(item) for item in node.items if item.tag != RESET)
        return replace(node, items=items, tag="")
    return replace(node, tag="")


def under(root: Block, *path: str) -> Block | None:
    """Return the mapping at a path, None when there is none."""
    node: Node | None = root
    for key in path:
        node = node.entries.get(key) if isinstance(node, Block) else None
    return node if isinstance(node, Block) else None


def put(root: Block, path: Path, value: Node) -> Block:
    """Return the mapping with another value at a path, whose mappings must be there."""
    key, *rest = path
    below = root.entries.get(str(key))
    if rest and isinstance(below, Block):
        value = put(below, tuple(rest), value)
    return root.with_entries({**root.entries, str(key): value})

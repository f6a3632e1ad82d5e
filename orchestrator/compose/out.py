"""What a Compose file becomes: a manifest as a tree, each value of which knows where it is from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.compose.nodes import Said, Spot, literal


@dataclass(frozen=True)
class Text:
    """A single value, as a manifest writes it; a `plain` one may be a number, true or false."""

    written: str
    spot: Spot
    plain: bool = False


@dataclass
class Branch:
    """A mapping."""

    spot: Spot
    entries: dict[str, Item] = field(default_factory=dict)


@dataclass
class Row:
    """A list."""

    spot: Spot
    items: list[Item] = field(default_factory=list)


Item = Text | Branch | Row


def text(said: Said) -> Text:
    """Return a value as it was written."""
    return Text(said.written, said.spot, said.plain)


def word(value: str, spot: Spot) -> Text:
    """Return a text in which nothing is a reference."""
    return Text(literal(value), spot)


def number(value: int | float | bool, spot: Spot) -> Text:
    """Return a number, true or false."""
    shown = f"{value:g}" if isinstance(value, float) else str(value).lower()
    return Text(shown, spot, plain=True)


def row(items: Iterable[Item], spot: Spot) -> Row:
    """Return a list."""
    return Row(spot, list(items))


def branch(spot: Spot, entries: Mapping[str, Item | None]) -> Branch:
    """Return a mapping of what there is."""
    return Branch(spot, {key: item for key, item in entries.items() if item is not None})


def laid_over(base: Branch, over: Branch) -> Branch:
    """Return the two as one: maps merge, lists grow, anything else replaces."""
    entries = dict(base.entries)
    for key, item in over.entries.items():
        own = entries.get(key)
        if isinstance(own, Branch) and isinstance(item, Branch):
            entries[key] = laid_over(own, item)
        elif isinstance(own, Row) and isinstance(item, Row):
            entries[key] = Row(own.spot, [*own.items, *item.items])
        else:
            entries[key] = item
    return Branch(base.spot, entries)


def in_order(branch: Branch, keys: tuple[str, ...]) -> Branch:
    """Return the mapping with these keys first, in their order."""
    first = {key: branch.entries[key] for key in keys if key in branch.entries}
    return Branch(branch.spot, {**first, **branch.entries})

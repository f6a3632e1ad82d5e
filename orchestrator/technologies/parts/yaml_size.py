"""How much a seed in YAML becomes, so that a small text with aliases cannot fill the memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from orchestrator.model.conversation import SeedRefused

DEEPEST = 100
"""How deep values may be nested: composing them recurses, in C."""


def check_depth(events: Iterable[yaml.Event]) -> None:
    """Raise SeedRefused for what is nested too deeply, before anything is made of it."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise SeedRefused(line, f"values cannot be nested more than {DEEPEST} deep")


def check_size(document: yaml.Node, most: int) -> None:
    """Raise SeedRefused when aliases make more than so many values of a document."""
    counts: dict[int, int] = {}

    def count(node: Any) -> int:
        if id(node) not in counts:
            # An alias inside of what it stands for finds this number, which is too high for any.
            counts[id(node)] = most
            parts = node.value if isinstance(node, yaml.CollectionNode) else ()
            pairs = (part if isinstance(part, tuple) else (part,) for part in parts)
            counts[id(node)] = 1 + sum(count(each) for pair in pairs for each in pair)
        return counts[id(node)]

    if count(document) > most:
        raise SeedRefused(1, f"its aliases make more than {most:,} values")

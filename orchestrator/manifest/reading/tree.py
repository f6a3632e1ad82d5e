"""YAML's nodes become values that know their paths, with aliases and merges resolved."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.budget import Budget
from orchestrator.manifest.reading.scalars import Value, scalar
from orchestrator.manifest.reading.syntax import is_plain, place
from orchestrator.manifest.words import quoted

_MERGE = "<<"


class Tree:
    """Walks a document's nodes once; `mistakes.places` learns where everything stands.

    `tags` are the tags of its own that a value has, where such may stand.
    """

    def __init__(self, mistakes: Mistakes, budget: Budget | None = None) -> None:
        self._mistakes = mistakes
        self._places = mistakes.places
        self._budget = budget or Budget(mistakes)
        self._open: set[int] = set()
        self.tags: dict[Path, str] = {}

    def value(self, node: yaml.Node, path: Path = ()) -> Value:
        """The value of a node; raises ManifestError when aliases make too many."""
        self._places.values.setdefault(path, place(node.start_mark))
        if node.tag.startswith("!"):
            self.tags[path] = node.tag
        if isinstance(node, yaml.ScalarNode):
            self._budget.spend(path, node.value)
            return scalar(node.value, path, plain=is_plain(node))
        self._budget.spend(path)
        if not self._entered(node, path):
            return {}
        value = self._collection(node, path)
        self._open.discard(id(node))
        return value

    def _entered(self, node: yaml.Node, path: Path) -> bool:
        if id(node) in self._open:
            self._mistakes.add(path, "an alias cannot stand inside what it is an alias of")
            return False
        self._open.add(id(node))
        return True

    def _collection(self, node: yaml.Node, path: Path) -> Value:
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, at)) for at, item in enumerate(node.value)]
        own: dict[str, Value] = {}
        self._fill(own, node, path)
        return own

    def _fill(
        self, own: dict[str, Value], node: yaml.Node, path: Path, *, merged: bool = False
    ) -> None:
        """Put a mapping's entries into `own`; its own keys come first and win over merged ones."""
        merges = [item for key, item in node.value if self._is_merge(key)]
        for key, item in node.value:
            taken = merged and isinstance(key, yaml.ScalarNode) and key.value in own
            if not taken and not self._is_merge(key):
                self._entry(own, key, item, path)
        for item in merges:
            self._merge(own, item, path)

    def _is_merge(self, key: yaml.Node) -> bool:
        return isinstance(key, yaml.ScalarNode) and key.value == _MERGE and is_plain(key)

    def _entry(self, own: dict[str, Value], key: yaml.Node, item: yaml.Node, path: Path) -> None:
        where = place(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            self._mistakes.note_key(path, "a key must be a text", where)
            return
        below = (*path, key.value)
        if key.value in own:
            first = self._places.of_key(below).line
            self._mistakes.note_key(below, f"is given twice; the first is in line {first}", where)
            return
        self._places.keys[below] = where
        own[key.value] = self.value(item, below)

    def _merge(self, own: dict[str, Value], node: yaml.Node, path: Path) -> None:
        for source in self._sources(node, path):
            self._budget.spend(path, values=1 + len(source.value))
            if self._entered(source, path):
                self._fill(own, source, path, merged=True)
                self._open.discard(id(source))

    def _sources(self, node: yaml.Node, path: Path) -> Iterator[yaml.MappingNode]:
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                what = quoted(source.value) if isinstance(source, yaml.ScalarNode) else "a list"
                self._mistakes.note_key(
                    path, f'"<<" merges mappings, not {what}', place(source.start_mark)
                )
            else:
                yield source

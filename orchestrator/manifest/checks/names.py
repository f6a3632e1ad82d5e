"""Names: one namespace over all sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import in_line, shown
from orchestrator.manifest.reading.scalars import Value
from orchestrator.manifest.sections import ENTRIES, LONGEST_NAME, NAME
from orchestrator.manifest.words import listed, quoted

RESERVED = ("self", "env", "lazy", "docker", "greenroom")
_NAME = re.compile(NAME)


@dataclass(frozen=True)
class Names:
    """Who is called what.

    `sections` leads from each name to its section. `doubtful` are names in parts that nobody
    understood. Of those nothing is said, because the mistake that hides them is told already.
    """

    sections: dict[str, str]
    doubtful: frozenset[str] = frozenset()

    def section(self, name: str) -> str | None:
        """The section of a name; empty when that is in doubt, None when there is no such name."""
        if name in self.sections:
            return self.sections[name]
        return "" if name in self.doubtful else None

    def of(self, section: str) -> list[str]:
        """The names of one section."""
        return [name for name, where in self.sections.items() if where == section]


def names(root: Value, mistakes: Mistakes) -> Names:
    """Every name, checked."""
    top = root if isinstance(root, dict) else {}
    sections: dict[str, str] = {}
    for section, name in _given(top):
        path = (section, name)
        wrong = _wrong(name)
        if wrong:
            mistakes.note_key(path, wrong)
        if name in sections:
            first = (sections[name], name)
            keys = mistakes.places.of_key(first), mistakes.places.of_key(path)
            where = f"{shown(first)}{in_line(*keys)}"
            mistakes.note_key(path, f"the name {quoted(name)} is taken by {where}")
        sections.setdefault(name, section)
    return Names(sections, frozenset(_doubtful(top)))


def _given(top: dict[str, Value]) -> Iterator[tuple[str, str]]:
    for section, entries in top.items():
        if section in ENTRIES and isinstance(entries, dict):
            yield from ((section, name) for name in entries)


def _doubtful(top: dict[str, Value]) -> Iterator[str]:
    for section, entries in top.items():
        if section not in (*ENTRIES, "tests") and isinstance(entries, dict):
            yield from entries


def _wrong(name: str) -> str:
    if name in RESERVED:
        return f"{listed(map(quoted, RESERVED))} have meanings of their own; choose another name"
    if len(name) > LONGEST_NAME:
        return f"a name cannot be longer than {LONGEST_NAME} characters"
    if _NAME.fullmatch(name):
        return ""
    better = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
    hint = f"; write {quoted(better)}" if _NAME.fullmatch(better) else ""
    return f"a name is lower-case letters, digits and hyphens, and begins with a letter{hint}"

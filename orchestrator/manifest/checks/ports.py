"""Ports: none twice in one service, and no port of this host for two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.entry import Entry
from orchestrator.manifest.model.program import Program
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.places import Path, in_line, shown


@dataclass(frozen=True)
class _Wanted:
    """A port of this host that an entry wants for itself."""

    number: int
    entry: Entry
    path: Path


def check_ports(document: Document, mistakes: Mistakes) -> None:
    """Tell every port that is given twice, at its second place."""
    entries = [((section, name), entry) for section, name, entry in document.entries()]
    for path, entry in entries:
        if isinstance(entry, Program):
            _own(path, entry, mistakes)
    wanted = [each for path, entry in entries for each in _wanted(path, entry)]
    wanted.sort(key=lambda each: mistakes.places.order(each.path))
    earlier: dict[int, list[_Wanted]] = {}
    for later in wanted:
        taken = earlier.setdefault(later.number, [])
        first = next((each for each in taken if _collide(each, later)), None)
        if first:
            mistakes.add(later.path, _collision(first, later, mistakes))
        taken.append(later)


def _collision(first: _Wanted, later: _Wanted, mistakes: Mistakes) -> str:
    places = mistakes.places.of(first.path), mistakes.places.of(later.path)
    where = shown(first.path) + in_line(*places)
    return f"the host port {first.number} is wanted by {where} already"


def _own(path: Path, entry: Program, mistakes: Mistakes) -> None:
    seen: set[int] = set()
    for name, part in (entry.ports or {}).items():
        if part.port in seen:
            mistakes.add((*path, "ports", name, "port"), f"the port {part.port} is given twice")
        seen.add(part.port)


def _wanted(path: Path, entry: Entry) -> Iterator[_Wanted]:
    if isinstance(entry, Server) and entry.port is not None:
        yield _Wanted(entry.port, entry, (*path, "port"))
    if isinstance(entry, Program):
        for name, part in (entry.ports or {}).items():
            if part.host is not None:
                yield _Wanted(part.host, entry, (*path, "ports", name, "host"))


def _collide(one: _Wanted, other: _Wanted) -> bool:
    # Entries of different profiles need not take part in the same run.
    mine = {word.text for word in one.entry.profiles or ()}
    theirs = {word.text for word in other.entry.profiles or ()}
    return not mine or not theirs or bool(mine & theirs)

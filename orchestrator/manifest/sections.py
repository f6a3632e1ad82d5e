"""The sections that hold named entries."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.manifest.reading.scalars import Value

SERVERS = ("databases", "brokers")
PROGRAMS = ("services", "tasks")
NAME = "[a-z]([a-z0-9-]*[a-z0-9])?"
"""What names look like, as a regular expression."""

LONGEST_NAME = 40
ENTRIES = (*SERVERS, *PROGRAMS)


def names_in(root: Value) -> Iterator[str]:
    """Every name that the sections give, in the order of the text."""
    if isinstance(root, dict):
        for section, entries in root.items():
            if section in ENTRIES and isinstance(entries, dict):
                yield from entries

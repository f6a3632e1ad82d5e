"""What translating may ask of the file system, so that it needs none itself."""

from __future__ import annotations

from os.path import normpath
from typing import Protocol

from orchestrator.compose.nodes import Spot
from orchestrator.manifest.files import Files


class Folders(Files, Protocol):
    """The files beside a Compose file: their content and their folders matter as well."""

    def read(self, path: str) -> bytes:
        """The file's bytes; raises OSError."""
        ...

    def listing(self, path: str, most: int) -> list[str]:
        """The files in a folder and below, by their sorted paths in it; one over `most` ends it."""
        ...

    def executable(self, path: str) -> bool:
        """Whether its owner may run the file."""
        ...


def absolute(path: str, spot: Spot) -> str:
    """Return the absolute path that is meant by one that is written at a place."""
    return normpath(path if path.startswith("/") else f"{spot.source.folder}/{path}")

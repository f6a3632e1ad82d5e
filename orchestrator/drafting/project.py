"""The folder that is looked at: texts of a few files whose names are known, and no more."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NO_PROJECT = re.compile(r"\.|node_modules$|vendor$|venv$")
"""Folders with what somebody else has written, or what is hidden."""

LARGEST = 1024**2
"""Bytes of a file that are looked at: what people write is smaller."""


@dataclass(frozen=True)
class Project:
    """A folder with somebody's sources."""

    folder: Path

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return (self.folder / name).is_file()

    def first(self, *names: str) -> str | None:
        """Return the first of these files that is there."""
        return next(filter(self.has, names), None)

    def folders(self) -> list[Project]:
        """Return the folders in it that may be projects of their own, in order."""
        try:
            found = sorted(path for path in self.folder.iterdir() if path.is_dir())
        except OSError:
            return []
        return [Project(path) for path in found if not NO_PROJECT.match(path.name)]

    def text(self, name: str) -> str:
        """Return what a file says; empty when it is not there or cannot be read."""
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(LARGEST).decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def json(self, name: str) -> dict[str, Any]:
        """Return the mapping in a file of JSON; empty when there is none."""
        try:
            found = json.loads(self.text(name) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def toml(self, name: str) -> dict[str, Any]:
        """Return the mapping in a file of TOML; empty when there is none."""
        try:
            return tomllib.loads(self.text(name))
        except tomllib.TOMLDecodeError:
            return {}

    def matching(self, pattern: str) -> list[str]:
        """Return the names of the files that a pattern finds, in order."""
        found = (path for path in self.folder.glob(pattern) if path.is_file())
        return sorted(str(path.relative_to(self.folder)) for path in found)

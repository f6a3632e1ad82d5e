"""A place in one of the user's files, as whoever shows a mistake points at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place in a file; lines and columns count from 1, 0 means unknown.

    `file` is as messages show it: relative to where the command ran, if it is below.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(one) for one in (self.line, self.column) if one)])

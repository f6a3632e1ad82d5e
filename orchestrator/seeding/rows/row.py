"""A row on its way from a file to a server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import Cell

SHAPE = (
    "expected a list of rows (mappings from columns to values), or a mapping from tables to such "
    "lists"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, by its columns; `line` is where the file lists or describes it."""

    table: str
    line: int
    cells: dict[str, Cell]


def checked(row: Row) -> Row:
    """Return the row. Raises SeedRefused where no server could take it as it is meant."""
    if not row.cells:
        raise SeedRefused(row.line, f"a row of {row.table} has no columns")
    for column, cell in row.cells.items():
        if not column:
            raise SeedRefused(row.line, f"a row of {row.table} has a column without a name")
        if not column.isascii() or "\0" in column:
            check_text(row.line, "a column's name", column)
        if isinstance(cell, str) and (not cell.isascii() or "\0" in cell):
            check_text(row.line, column, cell)
    return row


def check_text(line: int, what: str, text: str) -> None:
    """Raise SeedRefused for characters that no client hands on unharmed."""
    if "\0" in text:
        raise SeedRefused(line, f"{what} holds the character U+0000, which no text can")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise SeedRefused(
            line, f"{what} holds U+{code:04X}, a half of a character without the other"
        ) from error


def once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping. Raises ValueError for a key that stands there twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{json.dumps(key)} is given twice")
        found[key] = value
    return found

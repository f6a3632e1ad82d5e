"""Rows of CSV as statements, for servers whose own way to read rows says too little of bad ones."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.loader import Batch, Cell, SeedHead
from orchestrator.technologies.parts.rows import numbered_rows


def quoted(name: str) -> str:
    """Return an SQL identifier, in which a dot means nothing."""
    return "`" + name.replace("`", "``") + "`"


def table(stem: str) -> str:
    """Return a table's name; `sales.orders` is the table `orders` of the database `sales`."""
    return ".".join(map(quoted, stem.split(".")))


def literal(value: str | None) -> str:
    """Return a value as SQL, on one line, because clients change the ends of lines within it."""
    if value is None:
        return "NULL"
    text = value.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    return "'" + text.replace("\r", "\\r").replace("\n", "\\n") + "'"


def put_rows(batch: Batch) -> Iterator[str]:
    """Yield a statement for each row, on one line, so that a refusal's line tells which."""
    columns = ", ".join(map(quoted, batch.columns))
    insert = f"INSERT INTO {table(batch.table)} ({columns}) VALUES"
    for row in batch.rows:
        yield f"{insert} ({', '.join(map(spelled, row))});\n"


def spelled(cell: Cell) -> str:
    """Return a value of a row as SQL."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return literal(cell)


def insert_rows(head: SeedHead, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a statement for each row, on the row's own line, so that a refusal tells that.

    `LOAD DATA LOCAL` would pass over the rows that the server refuses, and knows no empty NULL.
    """
    rows = numbered_rows(chunks)
    _, header = next(rows)
    columns = ", ".join(quoted((name or "").strip()) for name in header)
    insert = f"INSERT INTO {table(head.stem)} ({columns}) VALUES"
    # Backslashes escape, and an id of 0 is 0 and not the next one.
    mode = "REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), ',NO_AUTO_VALUE_ON_ZERO'"
    yield f"SET sql_mode = CONCAT({mode}); START TRANSACTION;".encode()
    at = 1
    for line, row in rows:
        values = ", ".join(map(literal, row))
        yield ("\n" * (line - at) + f"{insert} ({values});").encode()
        at = line
    yield b"\nCOMMIT;"

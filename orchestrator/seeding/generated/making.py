"""Makes the rows that a file describes, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.loader import Cell
from orchestrator.seeding.generated.reading import TableOf, read
from orchestrator.seeding.rows.row import Row


def generate(text: str, label: str) -> Iterator[Row]:
    """Return the rows of every table in the file's order; none is made before it is asked for.

    Raises ManifestError with every mistake in the file, and while rows are made SeedRefused where a
    value that must be unique cannot be found.
    """
    return rows(read(text, label))


def rows(tables: list[TableOf]) -> Iterator[Row]:
    """Yield the rows of these tables; only values that others refer to are kept."""
    for table in tables:
        for number in range(table.count):
            yield Row(table.name, table.line, cells(table, number))


def cells(table: TableOf, number: int) -> dict[str, Cell]:
    """Return the values of one row."""
    made: dict[str, Cell] = {}
    for field in table.fields:
        made[field.name] = value = field.maker(field.random, number)
        if field.column.wanted and field.column.first is None:
            field.column.values.append(value)
    return made

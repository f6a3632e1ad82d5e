"""Rows in JSON: one after the other, so that only the text is held as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import Cell
from orchestrator.seeding.rows.row import SHAPE, Row, once
from orchestrator.technologies.parts.refusals import Refusals

SPACE = re.compile(r"[ \t\n\r]*")


class Exact(float):
    """A number that remembers how it was written: `1.10` has two decimals."""

    def __init__(self, written: str) -> None:
        self.written = written


def constant(written: str) -> Any:
    """Refuse what Python takes for JSON, and nobody else."""
    raise ValueError(f"{written} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=once, parse_float=Exact, parse_constant=constant)


def read_json(text: str, table: str) -> Iterator[Row]:
    """Yield the rows of a list, which are the table's, or of each list in a mapping of tables."""
    cursor = Cursor(text)
    match cursor.peek():
        case "[":
            yield from rows(cursor, table)
        case "{":
            for name in tables(cursor):
                yield from rows(cursor, name)
        case "":
            raise SeedRefused(1, f"the file is empty; {SHAPE}")
        case _:
            raise SeedRefused(cursor.line(), SHAPE)
    if cursor.peek():
        raise SeedRefused(cursor.line(), "not JSON: the list or mapping ended before this")


def tables(cursor: Cursor) -> Iterator[str]:
    """Yield each key of a mapping, with the cursor on its value, which is read meanwhile."""
    seen: set[str] = set()
    for _ in cursor.parts("{}"):
        line, name = cursor.line(), cursor.value()
        if not isinstance(name, str):
            raise SeedRefused(line, "not JSON: a key must be a text in double quotes")
        if name in seen:
            raise SeedRefused(line, f"{json.dumps(name)} is given twice")
        seen.add(name)
        cursor.take(":")
        if cursor.peek() != "[":
            raise SeedRefused(cursor.line(), f"{name} is not a list; {SHAPE}")
        yield name


def rows(cursor: Cursor, table: str) -> Iterator[Row]:
    """Yield the rows of a list. Raises SeedRefused behind them for all that are none."""
    refusals = Refusals()
    for _ in cursor.parts("[]"):
        row = refusals.read(partial(row_of, table, cursor.line(), cursor.value()), None)
        if row:
            yield row
    refusals.raise_if_any()


def row_of(table: str, line: int, value: Any) -> Row | None:
    """Return one row. Raises SeedRefused for what is none."""
    if not isinstance(value, dict):
        raise SeedRefused(line, f"a row of {table} is no mapping from columns to values")
    try:
        return Row(table, line, {column: cell(one) for column, one in value.items()})
    except ValueError as error:
        raise SeedRefused(line, f"a row of {table}: {error}") from error


def cell(value: Any) -> Cell:
    """Return a value as a server spells it; lists and mappings stay JSON."""
    match value:
        case None | bool() | str():
            return value
        case Exact():
            return value.written
        case int():
            return str(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class Cursor:
    """A place in a text, which knows its line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = self.counted = 0
        self.lines = 1

    def peek(self) -> str:
        """Skip what is blank and return the next character, empty at the end."""
        blank = SPACE.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.text[self.at : self.at + 1]

    def line(self) -> int:
        """Return the line of what comes next."""
        self.peek()
        self.lines += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.lines

    def take(self, wanted: str) -> None:
        """Go past a character. Raises SeedRefused when another one stands there."""
        if self.peek() != wanted:
            found = self.peek() or "the end"
            raise SeedRefused(self.line(), f'not JSON: "{wanted}" is missing before {found}')
        self.at += 1

    def parts(self, brackets: str) -> Iterator[None]:
        """Yield for each part of a list or mapping, with the cursor on it."""
        opening, closing = brackets[0], brackets[1]
        self.take(opening)
        more = self.peek() != closing
        while more:
            yield
            more = self.peek() == ","
            if more:
                self.take(",")
        self.take(closing)

    def value(self) -> Any:
        """Return the value that comes next. Raises SeedRefused where that is none."""
        line = self.line()
        try:
            value, self.at = DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise SeedRefused(error.lineno, f"not JSON: {error.msg}", error.colno) from error
        except RecursionError as error:
            raise SeedRefused(line, "not JSON that can be read: nested too deeply") from error
        except ValueError as error:
            raise SeedRefused(line, str(error)) from error
        return value

"""What makes the values of a field, one row after the other."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import Cell

Maker = Callable[[Random, int], Cell]
"""Given the field's own source of chance and the row's number from 0, returns the value."""

MOST_TRIES = 1000
"""How often another value is looked for when one must not be there twice."""


@dataclass
class Column:
    """A field that others may refer to: numbers that are known beforehand, or what was made."""

    count: int
    first: int | None = None
    wanted: bool = False
    values: list[Cell] = field(default_factory=list)

    def pick(self, random: Random, before: int) -> Cell:
        """Return one of the first so many values, NULL where there is none yet."""
        if not before:
            return None
        index = random.randrange(before)
        return self.values[index] if self.first is None else str(self.first + index)


@dataclass(frozen=True)
class Sequence:
    """Numbers in their order."""

    first: int

    def __call__(self, _random: Random, row: int) -> Cell:
        """Return the number of this row."""
        return str(self.first + row)


@dataclass(frozen=True)
class Constant:
    """The same value in every row."""

    cell: Cell

    def __call__(self, _random: Random, _row: int) -> Cell:
        """Return it."""
        return self.cell


@dataclass(frozen=True)
class Choice:
    """One of several values, each as often as its weight says; `upto` are the weights' sums."""

    cells: tuple[Cell, ...]
    upto: tuple[float, ...]

    def __call__(self, random: Random, _row: int) -> Cell:
        """Return one of them."""
        index = bisect(self.upto, random.random() * self.upto[-1])
        return self.cells[min(index, len(self.cells) - 1)]


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high`, both included, with so many decimal `places`."""

    low: int
    high: int
    places: int = 0

    def __call__(self, random: Random, _row: int) -> Cell:
        """Return a number."""
        number = random.randrange(self.low, self.high + 1)
        return str(Decimal(number).scaleb(-self.places)) if self.places else str(number)


@dataclass(frozen=True)
class Moment:
    """A moment from `start` on, at most so many steps of `unit` later."""

    start: date | datetime
    steps: int
    unit: timedelta

    def __call__(self, random: Random, _row: int) -> Cell:
        """Return a moment, as ISO 8601 has it."""
        return str(self.start + self.unit * random.randrange(self.steps + 1))


@dataclass(frozen=True)
class Ref:
    """A value that the column of another table has; of the own table, one of an earlier row."""

    column: Column
    own: bool

    def __call__(self, random: Random, row: int) -> Cell:
        """Return a value that is there."""
        return self.column.pick(random, row if self.own else self.column.count)


@dataclass(frozen=True)
class Maybe:
    """A value in some of the rows, NULL in the others."""

    share: float
    maker: Maker

    def __call__(self, random: Random, row: int) -> Cell:
        """Return a value or NULL."""
        return self.maker(random, row) if random.random() < self.share else None


@dataclass(frozen=True)
class Unique:
    """A value that no row before has; `line` is told when there are too few. NULL may repeat."""

    maker: Maker
    line: int
    name: str
    seen: set[Cell] = field(default_factory=set)

    def __call__(self, random: Random, row: int) -> Cell:
        """Return a value that was not there yet. Raises SeedRefused when none is found."""
        for _ in range(MOST_TRIES):
            cell = self.maker(random, row)
            if cell is None or cell not in self.seen:
                self.seen.add(cell)
                return cell
        raise SeedRefused(
            self.line,
            f"{self.name} is unique, but after {row:,} rows {MOST_TRIES:,} tries have found no "
            "other value; lower the count, or choose something with more of them",
        )


@dataclass(frozen=True)
class Provided:
    """What a provider of faker's makes; `generator` is told where its chance comes from."""

    generator: Any
    method: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]

    def __call__(self, random: Random, _row: int) -> Cell:
        """Return what the provider makes next."""
        self.generator.random = random
        return as_cell(self.method(*self.arguments, **self.named))


def as_cell(value: Any) -> Cell:
    """Return what a provider made as a server spells it. Raises TypeError for what has no text."""
    match value:
        case None | bool() | str():
            return value
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case int() | float() | Decimal() | date() | time() | timedelta() | UUID():
            return str(value)
    raise TypeError(f"it makes a {type(value).__name__}, which no row can hold")

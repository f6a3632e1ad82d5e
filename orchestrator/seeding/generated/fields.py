"""One field of a table as it is described: from words to what makes its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Scalar, Value, kind
from orchestrator.manifest.words import did_you_mean, quoted
from orchestrator.model.loader import Cell
from orchestrator.seeding.generated.library import Library, Unfit
from orchestrator.seeding.generated.makers import (
    Between,
    Choice,
    Column,
    Constant,
    Maker,
    Maybe,
    Moment,
    Provided,
    Ref,
    Sequence,
    Unique,
)

MOST_PLACES = 30
FORM = "a field is the name of a provider, or a mapping with one key, such as {integer: [1, 10]}"


@dataclass(frozen=True)
class Fields:
    """Reads the fields of one table; `columns` are those of the tables so far, its own included."""

    table: str
    columns: Mapping[str, Mapping[str, Column]]
    library: Library
    mistakes: Mistakes

    def maker(self, value: Value, path: Path) -> Maker:
        """Return what makes a field's values; what is wrong is noted, each with its place."""
        try:
            if isinstance(value, Scalar) and isinstance(value.value, str):
                return self.made(value.text, None, path)
            if isinstance(value, dict) and len(value) == 1:
                ((word, arguments),) = value.items()
                return self.made(word, arguments, (*path, word))
            raise Unfit(f"{kind(value)} is no field; {FORM}")  # noqa: TRY301 - one way to say it
        except Unfit as unfit:
            self.mistakes.add(path, str(unfit))
            return Constant(None)

    def made(self, word: str, arguments: Value | None, path: Path) -> Maker:
        """Return what makes the values of this word: one of ours, or a provider of faker's."""
        ours = WORDS.get(word)
        return ours(self, arguments, path) if ours else self.provided(word, arguments)

    def provided(self, word: str, arguments: Value | None) -> Maker:
        """Return what asks a provider; a list has its arguments, a mapping those with names."""
        given = plain(arguments)
        named: dict[str, Any] = given if isinstance(given, dict) else {}
        listed = given if isinstance(given, list) else [] if given in (None, named) else [given]
        method = self.library.method(word, list(WORDS), listed, named)
        return Provided(self.library.generator, method, tuple(listed), named)

    def sequence(self, value: Value | None, path: Path) -> Maker:
        """Numbers from 1 on, or from another one; those of a field itself need not be kept."""
        made = Sequence(1 if value is None else whole(value, "sequence"))
        if path[OWN:] in ((), ("sequence",)):
            self.columns[self.table][str(path[OWN - 1])].first = made.first
        return made

    def unique(self, value: Value | None, path: Path) -> Maker:
        """No value twice."""
        line = self.mistakes.places.of(path).line
        return Unique(self.maker(some(value, "unique: email"), path), line, str(path[OWN - 1]))

    def maybe(self, value: Value | None, path: Path) -> Maker:
        """NULL in some rows."""
        share, inner = several(value, 2, "maybe: [0.3, sentence]")
        number = plain(share)
        if not isinstance(number, int | float) or not 0 <= number <= 1:
            raise Unfit("maybe begins with the share of rows that have a value, from 0 to 1")
        return Maybe(number, self.maker(inner, (*path, 1)))

    def choice(self, value: Value | None, _path: Path) -> Maker:
        """One of these, each as often as the others or as its weight says."""
        if isinstance(value, dict) and value:
            weights = [positive(weight) for weight in value.values()]
            return Choice(tuple(value), tuple(accumulate(weights)))
        if not isinstance(value, list) or not value:
            raise Unfit("write choice: [de, fr], or with weights choice: {de: 3, fr: 1}")
        return Choice(tuple(map(cell, value)), tuple(range(1, len(value) + 1)))

    def value(self, value: Value | None, _path: Path) -> Maker:
        """The same in every row."""
        return Constant(None if value is None else cell(value))

    def integer(self, value: Value | None, _path: Path) -> Maker:
        """A number between two others."""
        low, high = (whole(one, "integer") for one in several(value, 2, "integer: [0, 100]"))
        return Between(*ordered(low, high))

    def decimal(self, value: Value | None, _path: Path) -> Maker:
        """A number with decimals between two others."""
        *bounds, last = several(value, 3, "decimal: [1, 500, 2]")
        places = whole(last, "decimal")
        if not 0 <= places <= MOST_PLACES:
            raise Unfit(f"decimal can have 0 to {MOST_PLACES} places, not {places}")
        low, high = (exact(one, places) for one in bounds)
        return Between(*ordered(low, high), places)

    def date(self, value: Value | None, _path: Path) -> Maker:
        """A day between two others."""
        example = "date: [2024-01-01, 2024-12-31]"
        start, end = (moment(one, date, example) for one in several(value, 2, example))
        start, end = ordered(start, end)
        return Moment(start, (end - start).days, timedelta(days=1))

    def datetime(self, value: Value | None, _path: Path) -> Maker:
        """A second between two others."""
        example = "datetime: [2024-01-01, 2024-12-31 23:59:59]"
        start, end = (moment(one, datetime, example) for one in several(value, 2, example))
        start, end = ordered(start, end)
        return Moment(start, int((end - start).total_seconds()), timedelta(seconds=1))

    def ref(self, value: Value | None, _path: Path) -> Maker:
        """A value of a field of a table that stands before, or of this one's earlier rows."""
        text = value.text if isinstance(value, Scalar) else ""
        table, _, name = text.rpartition(".")
        columns = self.columns.get(table)
        if columns is None:
            near = did_you_mean(table, self.columns, "it must stand before this one")
            raise Unfit(f"no table before this one is called {quoted(table)}{near}")
        if name not in columns:
            near = did_you_mean(name, columns)
            raise Unfit(f"{table} has no field {quoted(name)}{near}")
        column = columns[name]
        if not column.count:
            raise Unfit(f"{table} has no rows that could be referred to")
        column.wanted = True
        return Ref(column, own=table == self.table)


OWN = 4
"""The length of a field's path: `tables`, the table's name, `fields`, its own."""

Word = Callable[[Fields, "Value | None", Path], Maker]

WORDS: Mapping[str, Word] = {
    name: getattr(Fields, name)
    for name in (
        *("sequence", "ref", "choice", "value", "integer", "decimal", "date", "datetime"),
        *("unique", "maybe"),
    )
}
"""The words that are not faker's, and mean the same in every version of it."""


def cell(value: Value) -> Cell:
    """Return a single value as a server spells it. Raises Unfit for lists and mappings."""
    if not isinstance(value, Scalar):
        raise Unfit(f"{kind(value)} cannot be the value of a field")
    meaning = value.value
    return meaning if meaning is None or isinstance(meaning, bool) else value.text


def plain(value: Value | None) -> Any:
    """Return a value as Python has it."""
    match value:
        case Scalar():
            return value.value
        case list():
            return [plain(one) for one in value]
        case dict():
            return {key: plain(one) for key, one in value.items()}
    return None


def some(value: Value | None, example: str) -> Value:
    """Return the value. Raises Unfit where there is none."""
    if value is None:
        raise Unfit(f"it needs more than the word; write {example}")
    return value


def several(value: Value | None, count: int, example: str) -> Iterator[Value]:
    """Return the parts of a list. Raises Unfit where it has not so many."""
    if not isinstance(value, list) or len(value) != count:
        raise Unfit(f"write {example}")
    return iter(value)


def whole(value: Value, word: str) -> int:
    """Return a whole number. Raises Unfit for anything else."""
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, int):
        raise Unfit(f"{word} takes whole numbers, not {kind(value)}")
    return number


def positive(value: Value) -> float:
    """Return a weight. Raises Unfit for what is none."""
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or number <= 0:
        raise Unfit(f"a weight is a number above 0, not {kind(value)}")
    return number


def exact(value: Value, places: int) -> int:
    """Return a number in units of its last decimal place. Raises Unfit where it has more."""
    try:
        scaled = Decimal(value.text if isinstance(value, Scalar) else "").scaleb(places)
    except InvalidOperation:
        raise Unfit(f"decimal takes numbers, not {kind(value)}") from None
    if not math.isfinite(scaled) or scaled != int(scaled):
        raise Unfit(f"{kind(value)} has more than {places} decimal places")
    return int(scaled)


def moment(value: Value, kind_: type[Any], example: str) -> Any:
    """Return a date or a datetime. Raises Unfit for what is none."""
    try:
        found = kind_.fromisoformat(value.text if isinstance(value, Scalar) else "")
    except ValueError:
        raise Unfit(f"{kind(value)} is no such time; write {example}") from None
    if getattr(found, "tzinfo", None):
        raise Unfit("times have no zone here; leave it out")
    return found


def ordered(low: Any, high: Any) -> tuple[Any, Any]:
    """Return both. Raises Unfit when the second is below the first."""
    if high < low:
        raise Unfit(f"{high} is below {low}")
    return low, high

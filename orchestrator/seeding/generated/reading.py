"""A file that describes rows: every mistake in it at once, or what makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Scalar, Value, kind
from orchestrator.manifest.reading.syntax import compose
from orchestrator.manifest.reading.tree import Tree
from orchestrator.manifest.words import did_you_mean, listed
from orchestrator.seeding.generated.fields import Fields, plain
from orchestrator.seeding.generated.library import Library, Unfit
from orchestrator.seeding.generated.makers import Column, Maker
from orchestrator.seeding.generated.source import source

MOST_ROWS = 100_000_000
"""How many rows a table may have; a slip of the finger is told, and not waited for."""

LOCALE = "en_US"

EXPECTED = "expected `tables:` with a mapping from tables to {count: ..., fields: {...}}"


@dataclass(frozen=True)
class Field:
    """A field of a table: what makes its values, from which chance, and who refers to them."""

    name: str
    maker: Maker
    random: Random
    column: Column


@dataclass
class TableOf:
    """A table whose rows are made: so many, with these fields."""

    name: str
    line: int
    count: int = 0
    fields: list[Field] = field(default_factory=list)


def read(text: str, label: str) -> list[TableOf]:
    """Return the tables in their order. Raises ManifestError with every mistake."""
    mistakes = Mistakes(label)
    if not text.strip():
        mistakes.note((), f"the file is empty; {EXPECTED}")
        raise mistakes.error()
    root = Tree(mistakes).value(compose(text, mistakes))
    tables = Reader(mistakes).tables(root)
    mistakes.raise_if_any()
    return tables


class Reader:
    """Reads a whole file."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.columns: dict[str, dict[str, Column]] = {}

    def tables(self, root: Value) -> list[TableOf]:
        """Return the tables in their order; what is wrong is noted."""
        document = self.mapping(root, (), ("seed", "locale", "tables"))
        seed = self.whole(document.get("seed"), ("seed",)) if "seed" in document else 0
        library = self.library(document.get("locale"))
        tables = document.get("tables")
        if not isinstance(tables, dict) or not tables:
            self.mistakes.note(("tables",) if "tables" in document else (), EXPECTED)
            return []
        return [self.table(name, one, seed, library) for name, one in tables.items()]

    def library(self, locale: Value | None) -> Library:
        """Return faker in this language; in another one, if there is none, to judge the rest by."""
        text = plain(locale) if locale is not None else LOCALE
        try:
            return Library.load(text if isinstance(text, str) else str(text))
        except Unfit as unfit:
            self.mistakes.add(("locale",), str(unfit))
            return Library.load(LOCALE)

    def table(self, name: str, value: Value, seed: int, library: Library) -> TableOf:
        """Return one table; tables that come later may refer to it."""
        path = ("tables", name)
        entry = self.mapping(value, path, ("count", "fields"))
        table = TableOf(name, self.mistakes.places.of_key(path).line)
        if not isinstance(value, dict):
            return table
        table.count = self.whole(entry.get("count"), (*path, "count"), MOST_ROWS)
        fields = entry.get("fields")
        if not isinstance(fields, dict) or not fields:
            self.mistakes.note(path, "needs fields: a mapping from columns to what is in them")
            fields = {}
        own = self.columns[name] = {each: Column(table.count) for each in fields}
        reader = Fields(name, self.columns, library, self.mistakes)
        for each, how in fields.items():
            maker = reader.maker(how, (*path, "fields", each))
            table.fields.append(Field(each, maker, source(seed, name, each), own[each]))
        return table

    def mapping(self, value: Value, path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
        """Return a mapping with no other keys than these."""
        if not isinstance(value, dict):
            self.mistakes.add(path, f"{kind(value)} stands here; {EXPECTED}")
            return {}
        for key in value:
            if key not in keys:
                near = did_you_mean(key, keys, f"there are {listed(keys)}")
                self.mistakes.add_key((*path, key), f"unknown key{near}")
        return value

    def whole(self, value: Value | None, path: Path, most: int | None = None) -> int:
        """Return a whole number from 0 on."""
        number = value.value if isinstance(value, Scalar) else None
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
            if most is None or number <= most:
                return number
            self.mistakes.add(path, f"cannot be more than {most:,}")
        elif value is None:
            self.mistakes.note(path, f"needs {path[-1]}, a whole number")
        else:
            self.mistakes.add(path, f"a whole number from 0 on must stand here, not {kind(value)}")
        return 0

"""All rows of a file as one stream in a client's language, and the way back from its errors."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby

from orchestrator.model.loader import Batch, Cell, RowsLoader
from orchestrator.seeding.rows.row import Row, checked

PIECE = 256 * 1024
"""Characters that are sent at a time."""


@dataclass
class Part:
    """A batch that is sent: the client's lines from `first` to before `last`, so far.

    `numbers` are the lines of its rows in the file.
    """

    first: int
    last: int
    numbers: array[int] = field(default_factory=lambda: array("Q"))


class RowStream:
    """Rows on their way to the client; `placed` finds the one that its words are about.

    `is_sent` tells that all of it was asked for.
    """

    def __init__(self, rows: Iterable[Row], loader: RowsLoader) -> None:
        self.rows = rows
        self.loader = loader
        self.parts: list[Part] = []
        self.line = 1
        self.is_sent = False

    def chunks(self, end: bytes) -> Iterator[bytes]:
        """Yield all of it, in pieces of a good size; `end` comes behind."""
        pieces: list[str] = []
        size = 0
        for text in self.texts():
            pieces.append(text)
            size += len(text)
            if size > PIECE:
                yield "".join(pieces).encode()
                pieces, size = [], 0
        yield "".join(pieces).encode() + end
        self.is_sent = True

    def texts(self) -> Iterator[str]:
        """Yield all of it, while the lines are counted."""
        for batch, part in self.batches():
            for text in self.loader.put(batch):
                self.line += text.count("\n")
                part.last = self.line
                yield text

    def batches(self) -> Iterator[tuple[Batch, Part]]:
        """Yield the rows that follow each other in one table and name the same columns.

        A row that leaves a column out gets its default, which NULL would not give; so these are
        apart.
        """
        for (table, _), alike in groupby(map(checked, self.rows), key=same):
            self.parts.append(part := Part(self.line, self.line))
            first = next(alike)
            columns = tuple(first.cells)
            cells = counted(first, alike, columns, part)  # noqa: B031 - what is behind the first
            yield Batch(table, columns, cells), part

    def placed(self, words: str, label: str) -> str:
        """Return the client's words, with the file's name and line where its own input is named."""
        found = self.loader.place.search(words)
        if not found:
            return words
        number = self.number(found)
        place = f"{label}:{number}" if number else label
        return words[: found.start()] + place + words[found.end("line") :]

    def number(self, found: re.Match[str]) -> int:
        """Return the line in the file of the row that is meant; 0 when it is none of ours."""
        line, groups = int(found["line"]), found.groupdict()
        part = next((one for one in self.parts if line < one.last), None)
        if part is None:
            return 0
        index = int(groups["row"] or 1) - 1 if "row" in groups else line - part.first
        return part.numbers[index] if index < len(part.numbers) else 0


def same(row: Row) -> tuple[str, frozenset[str]]:
    """Return what rows of one batch have in common."""
    return row.table, frozenset(row.cells)


def counted(
    first: Row, others: Iterable[Row], columns: tuple[str, ...], part: Part
) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of each row in the columns' order, and note its line down."""
    for row in chain([first], others):
        part.numbers.append(row.line)
        yield tuple(map(row.cells.__getitem__, columns))

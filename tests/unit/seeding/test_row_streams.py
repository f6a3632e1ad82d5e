"""Rows as a client is told them, and the way from its errors back to the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from orchestrator.model.loader import Batch, RowsLoader
from orchestrator.seeding.rows.row import Row
from orchestrator.seeding.rows.stream import PIECE, RowStream
from orchestrator.technologies.parts.postgres_seeds import ROWS


def told(*rows: Row) -> str:
    return b"".join(RowStream(rows, ROWS).chunks(b"end")).decode()


def test_rows_of_the_same_columns_are_one_copy() -> None:
    assert told(
        Row("sales.orders", 1, {"id": "1", 'a"b': None}),
        Row("sales.orders", 2, {'a"b': "x", "id": "2"}),
        Row("sales.orders", 3, {"id": "3"}),
        Row("items", 4, {"id": True}),
    ) == (
        'COPY "sales"."orders" ("id", "a""b") FROM STDIN;\n1\t\\N\n2\tx\n\\.\n'
        'COPY "sales"."orders" ("id") FROM STDIN;\n3\n\\.\n'
        'COPY "items" ("id") FROM STDIN;\ntrue\n\\.\n'
        "end"
    )


def test_a_row_is_one_line_whatever_is_in_it() -> None:
    row = Row("t", 1, {"a": "\\.", "b": "x\n\\.\ny", "c": "\t\r", "d": "\\N", "e": ""})
    assert told(row).splitlines()[1] == "\\\\.\tx\\n\\\\.\\ny\t\\t\\r\t\\\\N\t"


def test_no_rows_are_nothing_but_the_end() -> None:
    assert told() == "end"


def test_a_long_stream_comes_in_pieces() -> None:
    rows = (Row("t", 1, {"a": "x" * 1000}) for _ in range(1000))
    pieces = list(RowStream(rows, ROWS).chunks(b""))
    assert len(pieces) == 4
    assert all(len(piece) < PIECE + 2000 for piece in pieces)


STREAMED = (
    *(Row("a", line, {"id": "1"}) for line in (10, 11, 12)),
    *(Row("a", line, {"other": "1"}) for line in (20, 21)),
)
"""As psql sees it: COPY in line 1 and `\\.` in line 5, then COPY in line 6 and `\\.` in line 9."""


@pytest.mark.parametrize(
    ("summary", "said", "expected"),
    [
        (
            "a row of the first batch",
            "psql:<stdin>:5: ERROR:  no\nCONTEXT:  COPY a, line 3: x",
            "f.json:12: ERROR:  no\nCONTEXT:  COPY a, line 3: x",
        ),
        (
            "a row of the second one",
            "psql:<stdin>:9: ERROR:  no\nCONTEXT:  COPY a, line 2, column x",
            "f.json:21: ERROR:  no\nCONTEXT:  COPY a, line 2, column x",
        ),
        ("a batch as a whole", "psql:<stdin>:6: ERROR:  no", "f.json:20: ERROR:  no"),
        ("the end of the file", "psql:<stdin>:99: ERROR:  no", "f.json: ERROR:  no"),
        (
            "a row that is none of ours",
            "psql:<stdin>:9: x\nCOPY a, line 7",
            "f.json: x\nCOPY a, line 7",
        ),
        ("something else", "psql: error: no", "psql: error: no"),
    ],
)
def test_an_error_is_told_with_the_line_in_the_file(summary: str, said: str, expected: str) -> None:
    stream = RowStream(STREAMED, ROWS)
    list(stream.chunks(b""))
    assert stream.placed(said, "f.json") == expected, summary


def insert(batch: Batch) -> Iterator[str]:
    for row in batch.rows:
        yield f"INSERT {batch.table} {row};\n"


def test_without_numbers_of_rows_each_is_on_its_own_line() -> None:
    place = re.compile(r"at line (?P<line>\d+)")
    stream = RowStream(STREAMED, RowsLoader((), insert, str.encode, place))
    assert b"".join(stream.chunks(b"")).count(b"INSERT") == 5
    said = [stream.placed(f"ERROR at line {line}: no", "f.json") for line in (1, 3, 4, 6)]
    lines = ("f.json:10", "f.json:12", "f.json:20", "f.json")
    assert said == [f"ERROR {line}: no" for line in lines]

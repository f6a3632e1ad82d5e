"""Rows of CSV, with their lines, whatever stands in them and wherever the stream is cut."""

from __future__ import annotations

import pytest

from orchestrator.model.conversation import SeedRefused
from orchestrator.technologies.parts import rows
from orchestrator.technologies.parts.rows import Row, numbered_rows

GOOD: list[tuple[str, bytes, list[tuple[int, Row]]]] = [
    ("a header alone", b"a,b", [(1, ["a", "b"])]),
    ("an end at the end", b"a\n1\n", [(1, ["a"]), (2, ["1"])]),
    ("ends of Windows", b"a,b\r\n1,\r\n", [(1, ["a", "b"]), (2, ["1", None])]),
    ("empty and NULL", b'a,b,c\n,"",\n', [(1, ["a", "b", "c"]), (2, [None, "", None])]),
    ("one column, empty", b"a\n\n1\n", [(1, ["a"]), (2, [None]), (3, ["1"])]),
    (
        "marks, commas and lines",
        b'a\n"x""y, z\r\nw"\n1',
        [(1, ["a"]), (2, ['x"y, z\r\nw']), (4, ["1"])],
    ),
    (
        "a byte order mark, beyond ASCII",
        b"\xef\xbb\xbfa\n\xc3\xa9\n",
        [(1, ["a"]), (2, ["\u00e9"])],
    ),
    ("spaces stay", b"a,b\n x , y\n", [(1, ["a", "b"]), (2, [" x ", " y"])]),
]


@pytest.mark.parametrize(("summary", "data", "expected"), GOOD)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_rows(summary: str, data: bytes, expected: list[tuple[int, Row]], size: int) -> None:
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    assert list(numbered_rows(chunks)) == expected, summary


@pytest.mark.parametrize(
    ("summary", "data", "line", "words"),
    [
        ("nothing", b"", 1, "the file is empty; its first line names the columns"),
        ("only a byte order mark", b"\xef\xbb\xbf", 1, "the file is empty"),
        ("too few fields", b"a,b\n1,2\n3\n", 3, "fields in this row: 1; in the first: 2"),
        ("too many fields", b"a\n1,2\n", 2, "fields in this row: 2; in the first: 1"),
        ("a mark within", b'a\n1\nx"y\n', 3, "is a quotation mark .* out of place or not closed"),
        ("text behind a mark", b'a\n"x"y\n', 2, "out of place or not closed"),
        ("a mark that is never closed", b'a\n"x\ny\n', 2, "out of place or not closed"),
        ("no text", b"a\n\xff\n", 0, "the file is no text in UTF-8: invalid start byte"),
        ("half a character", b"a\n\xc3", 0, "the file is no text in UTF-8: unexpected end"),
    ],
)
def test_what_is_no_csv(summary: str, data: bytes, line: int, words: str) -> None:
    with pytest.raises(SeedRefused, match=words) as refused:
        list(numbered_rows(iter([data])))
    assert refused.value.line == line, summary


def test_a_field_without_an_end_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST", 1000)
    read = []

    def endless() -> object:
        yield b'a\n"'
        while True:
            read.append(1)
            yield b"x" * 100

    with pytest.raises(SeedRefused, match="not closed"):
        list(numbered_rows(endless()))  # type: ignore[arg-type]
    assert len(read) < 20

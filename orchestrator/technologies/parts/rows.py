"""Rows out of a stream of CSV, with their lines, for technologies whose server reads no CSV well.

Format: https://www.rfc-editor.org/rfc/rfc4180; what Postgres adds to it is kept: a field that is
empty and has no quotation marks is NULL.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from orchestrator.model.conversation import SeedRefused

Row = list[str | None]

FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n)')
"""A field, with quotation marks or without, and what ends it."""

LONGEST = 16 << 20
"""Characters that a field may have: more has no server's statement, and a lost quotation mark
would make one field of all the rest."""


NO_FIELD = 'no CSV; is a quotation mark (") out of place or not closed?'


def numbered_rows(chunks: Iterator[bytes]) -> Iterator[tuple[int, Row]]:
    """Yield each row with the line on which it begins; the first has the names of the columns.

    Holds one row and one chunk at a time. Raises SeedRefused for what is no CSV in UTF-8, and for a
    row that has more or fewer fields than the first.
    """
    line, row, begins, width = 1, Row(), 1, 0
    for field, end, lines in fields(decoded(chunks)):
        line += lines
        row.append(field)
        if end == ",":
            continue
        if width and len(row) != width:
            raise SeedRefused(begins, f"fields in this row: {len(row)}; in the first: {width}")
        yield begins, row
        begins, width, row = line, len(row), Row()
    if not width:
        raise SeedRefused(1, "the file is empty; its first line names the columns")


def fields(texts: Iterator[str]) -> Iterator[tuple[str | None, str, int]]:
    """Yield each field with what ends it and the number of lines that end on the way."""
    line, rest = 1, ""
    for text in texts:
        rest, at = rest + text, 0
        while match := FIELD.match(rest, at):
            at, lines = match.end(), match[0].count("\n")
            line += lines
            yield value(match), match[3], lines
        rest = rest[at:]
        if len(rest) > LONGEST or (rest and not begins_field(rest)):
            raise SeedRefused(line, NO_FIELD)
    if rest:
        raise SeedRefused(line, NO_FIELD)


def begins_field(rest: str) -> bool:
    """Whether more text can still make a field of this."""
    return rest[0] == '"' or re.fullmatch(r'[^",\r\n]*\r?', rest) is not None


def value(match: re.Match[str]) -> str | None:
    """Return what a field says; None is NULL."""
    quoted, bare = match[1], match[2]
    return (bare or None) if quoted is None else quoted.replace('""', '"')


def decoded(chunks: Iterator[bytes]) -> Iterator[str]:
    """Yield text without a byte order mark, and a last line's end where it is missing."""
    decoder, ended = codecs.getincrementaldecoder("utf-8-sig")(), True
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            ended = text.endswith("\n") if text else ended
            yield text
        yield decoder.decode(b"", final=True) + ("" if ended else "\n")
    except UnicodeDecodeError as error:
        raise SeedRefused(0, f"the file is no text in UTF-8: {error.reason}") from error

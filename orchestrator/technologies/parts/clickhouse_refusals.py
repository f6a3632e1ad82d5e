"""Where in a file ClickHouse's client has stopped: it counts from each statement's beginning.

Its words are those of `getSyntaxErrorMessage` and `Client::processError`, in
https://github.com/ClickHouse/ClickHouse. What it shows of its input is found in the file again.
"""

from __future__ import annotations

import csv
import re

SYNTAX = re.compile(
    r"Syntax error(?P<kind> \([^)]*\))?: failed at (?:end of query|position \d+)"
    r"(?: \([^()\n]*\))*: (?P<rest>[\s\S]*)\. (?P<why>[A-Z][\s\S]*)"
)
"""The mistake, what of the input stands behind it (160 characters at most), and what was expected.

Newer clients name the word that is wrong and the place within the statement, in brackets.
"""

QUERY = re.compile(r"\n\(query: (?P<query>[\s\S]*)\)\s*\Z")
"""The statement, which newer clients show behind the server's words."""

ROW = re.compile(r"\(at row (?P<row>\d+)\)")
"""A row of a file of CSV, counted from 1 without the one that names the columns."""

ENVELOPE = re.compile(
    r"Received exception from server \(version [^)\n]*\):\s*|"
    r"Received from [^\n]*?\. DB::Exception: |Error on processing query: "
)
"""From whom to whom the words have come."""


def in_script(words: str, text: str, end: str) -> tuple[int, str]:
    """Return the line on which a script has stopped, and why; 0 where the client does not say."""
    words = ENVELOPE.sub("", words)
    if found := SYNTAX.search(words):
        at = (text + end).find(found["rest"]) if found["rest"].strip() else len(text)
        return line_of(text, at), words[: found.start()] + mistake(found, text, at)
    if found := QUERY.search(words):
        return line_of(text, text.find(found["query"].strip())), words[: found.start()]
    return 0, words


def mistake(found: re.Match[str], text: str, at: int) -> str:
    """Return a mistake in words; of what stands behind it, the rest of its line."""
    behind = text[at:].partition("\n")[0].strip() if 0 <= at < len(text.rstrip()) else ""
    where = f"at `{behind}`" if behind else "at the end of the file"
    if at < 0:
        where = "somewhere"
    return f"Syntax error{found['kind'] or ''} {where}. {found['why']}"


def in_rows(words: str, text: str, _end: str) -> tuple[int, str]:
    """Return the line of the row that was refused, and why; 0 where the client does not say."""
    words = ENVELOPE.sub("", words)
    found = ROW.search(words)
    if found is None or not text:
        return 0, words
    rows = csv.reader(text.splitlines(keepends=True))
    # The first row names the columns, and a row may have several lines.
    for _ in range(int(found["row"])):
        next(rows, None)
    return rows.line_num + 1, words


def line_of(text: str, at: int) -> int:
    """Return the line of a place, the last one for what is behind the end; 0 for no place."""
    within = min(at, len(text.rstrip()))
    return text.count("\n", 0, within) + 1 if text and at >= 0 else 0

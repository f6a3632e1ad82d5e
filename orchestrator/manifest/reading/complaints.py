"""What PyYAML and libyaml say about a text, in words for whoever wrote it."""

from __future__ import annotations

from typing import Protocol

import yaml


class Mark(Protocol):
    """A position in the text, as PyYAML and libyaml both have it: counted from 0."""

    line: int
    column: int


_SAID = {
    "mapping values are not allowed": (
        'a ": " cannot stand here; check the indentation, and put quotes around a text that has one'
    ),
    "did not find expected ',' or '}'": 'a "," or "}" is missing before this',
    "did not find expected ',' or ']'": 'a "," or "]" is missing before this',
    "expected ',' or '}'": 'a "," or "}" is missing before this',
    "expected ',' or ']'": 'a "," or "]" is missing before this',
    "unexpected end of stream": "a quote is opened here and never closed",
    "unknown escape character": (
        "a backslash means something else in double quotes; use single quotes, or double it"
    ),
    "did not find expected key": "this cannot stand here; check the indentation and the quotes",
    "did not find expected '-' indicator": 'the list ends here; every entry of it begins with "- "',
    "expected <block end>": "this cannot stand here; check the indentation and the quotes",
    "did not find expected node content": "a value cannot begin like this; put quotes around it",
    "expected the node content": "a value cannot begin like this; put quotes around it",
    "expected <document start>": "this cannot stand here; check the indentation and the quotes",
    "block sequence entries are not allowed": (
        'a list cannot begin here; put every "- " on a line of its own'
    ),
    "expected alphabetic or numeric character": (
        'a text cannot begin with "*" or "&"; put quotes around it'
    ),
    "found unexpected ':'": 'a text with ":" needs quotes inside { } and [ ]',
    "could not find expected ':'": 'a ":" is missing after this key',
    "duplicate anchor": "an anchor of this name stands before; give this one another name",
    "second occurrence": "an anchor of this name stands before; give this one another name",
    "undefined tag handle": "tags cannot be used in a manifest",
    "expected comment or line break": "the text begins on the next line",
    "expected a comment or a line break": "the text begins on the next line",
}

_TABS = "a tab cannot be used for indentation; use spaces"
_REFERENCE = 'a text with "${...}" needs quotes inside { } and [ ]'


def blamed(error: yaml.MarkedYAMLError) -> Mark | None:
    """What the message points at: a quote that is never closed, else where the parser gave up."""
    unclosed = "unexpected end of stream" in (error.problem or "")
    return error.context_mark if unclosed and error.context_mark else error.problem_mark


def complaint(error: yaml.MarkedYAMLError, text: str) -> str:
    """The message for a syntax error: ours where we know the case, else YAML's own."""
    before, after = _around(error.problem_mark, text)
    problem = error.problem or "cannot be read"
    if "\t" in after[:1] or (not before.strip() and "\t" in before):
        return _TABS
    if before.endswith("$") and after.startswith("{"):
        return _REFERENCE
    if "cannot start any token" in problem:
        return f'a value cannot begin with "{after[:1]}"; put quotes around it'
    said = (ours for theirs, ours in _SAID.items() if theirs in problem)
    return next(said, f"YAML: {problem}") + _opened(error)


def _opened(error: yaml.MarkedYAMLError) -> str:
    """Where the brace or bracket stands that lacks its partner, when that is another line."""
    start, end = error.context_mark, error.problem_mark
    if (
        start is None
        or end is None
        or start.line == end.line
        or "flow" not in (error.context or "")
    ):
        return ""
    return f" (opened in line {start.line + 1})"


def _around(mark: Mark | None, text: str) -> tuple[str, str]:
    lines = text.splitlines()
    if mark is None or mark.line >= len(lines):
        return "", ""
    line = lines[mark.line]
    return line[: mark.column], line[mark.column :]

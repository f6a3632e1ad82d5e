"""Documents out of a file in JSON: those of a list, or one after the other, as on lines."""

from __future__ import annotations

import json
from collections.abc import Iterator

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import SeedHead

SPACE = " \t\r\n"


def numbered(_head: SeedHead, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield each document on a line of its own, behind the line where it stands, and a tab."""
    for line, text in documents(b"".join(chunks)):
        yield f"{line}\t{' '.join(text.splitlines())}\n".encode()


def documents(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the text of each document with its line. Raises SeedRefused for what is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeedRefused(0, f"the file is no text in UTF-8: {error.reason}") from error
    at = after_space(text, 0)
    listed = text[at : at + 1] == "["
    at, line, counted = after_space(text, at + listed), 1, 0
    if listed and text[at : at + 1] == "]":
        return
    if at == len(text):
        raise SeedRefused(1, "the file has no documents")
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        end = one(text, at)
        yield line, text[at:end]
        at = after_space(text, end)
        if listed:
            if text[at : at + 1] == "]" and after_space(text, at + 1) == len(text):
                return
            if text[at : at + 1] != ",":
                raise SeedRefused(line_of(text, at), "expected a comma, or the list's end")
            at = after_space(text, at + 1)
    if listed:
        raise SeedRefused(line_of(text, at), "the list has no end")


def one(text: str, at: int) -> int:
    """Return where the document that begins here ends. Raises SeedRefused."""
    try:
        document, end = json.JSONDecoder().raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise SeedRefused(error.lineno, f"not JSON: {error.msg}", error.colno) from error
    except RecursionError as error:
        raise SeedRefused(line_of(text, at), "not JSON: nested too deeply") from error
    except ValueError as error:
        raise SeedRefused(line_of(text, at), f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise SeedRefused(line_of(text, at), "a document has to be an object: {...}")
    return end


def after_space(text: str, at: int) -> int:
    """Return where what comes next begins."""
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def line_of(text: str, at: int) -> int:
    """Return the line of a place."""
    return text.count("\n", 0, at) + 1

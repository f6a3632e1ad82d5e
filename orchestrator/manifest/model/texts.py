"""Leaves that are text: names, words to choose from, templates, regular expressions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from orchestrator.manifest.model.leaf import Leaf, one, settled, wrong
from orchestrator.manifest.reading.scalars import Scalar, is_nothing, kind
from orchestrator.manifest.words import did_you_mean, listed, quoted
from orchestrator.model.template import Template

SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
FROM_ENVIRONMENT: dict[str, Any] = {"type": "string", "pattern": "\\$\\{env:"}
ANY_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}


UNSPEAKABLE = "cannot hold line breaks or other control characters"


def read_word(value: object) -> Scalar:
    """A text that says something, together with its place."""
    scalar = settled(value, "a text")
    if is_nothing(scalar) or not scalar.text.strip():
        raise wrong("cannot be empty")
    return scalar


def read_text(value: object) -> str:
    """A text that says something."""
    return read_word(value).text


def unspeakable(text: str) -> bool:
    """Whether a text has characters that cannot stand in a name or a password."""
    return any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)


def read_credential(value: object) -> str:
    """A user or a password: servers, and the files that set them up, read one to a line's end."""
    text = read_text(value)
    if unspeakable(text):
        raise wrong(UNSPEAKABLE)
    return text


def read_template(value: object) -> Template:
    """Any text, with references or without."""
    scalar = one(value, "a text")
    if "\x00" in scalar.text:
        raise wrong("cannot hold the character U+0000")
    return scalar.template


def read_bytes(value: object) -> Template:
    """A text of which each character stands for the byte of its number."""
    template = one(value, "a text").template
    for part in template.parts:
        _latin(part if isinstance(part, str) else "")
    return template


def read_pattern(value: object) -> str:
    """A regular expression."""
    text = read_text(value)
    _compiled(text)
    return text


def read_byte_pattern(value: object) -> bytes:
    """A regular expression over bytes."""
    pattern = _latin(read_text(value))
    _compiled(pattern)
    return pattern


def read_folder_path(value: object) -> str:
    """An absolute path in a container, with options behind a colon for file systems in memory."""
    text = read_text(value)
    if not text.startswith("/"):
        raise wrong(f"must be an absolute path such as /tmp, not {quoted(text)}")
    return text


def read_host_name(value: object) -> str:
    """A host name as RFC 1123 has it."""
    text = read_text(value)
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    if len(text) > 253 or not re.fullmatch(rf"{label}(\.{label})*", text):
        raise wrong(f"{quoted(text)} cannot be a host name; it has letters, digits, hyphens, dots")
    return text


def read_alias(value: object) -> str:
    """A name for a network's own resolution, which takes more than host names may be."""
    text = read_text(value)
    if len(text) > 253 or not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", text):
        raise wrong(f"{quoted(text)} cannot be a name; it has letters, digits and any of _ . -")
    return text


def choice(*words: str, later: Mapping[str, str] | None = None) -> Leaf:
    """One of a few words; `later` are those that this version cannot do, each with its message."""
    postponed = later or {}

    def read(value: object) -> str:
        text = settled(value, listed(words, "or")).text
        if text in postponed:
            raise wrong(postponed[text])
        if text not in words:
            near = did_you_mean(text, [*words, *postponed], f"it can be {listed(words, 'or')}")
            raise wrong(f"cannot be {kind(value)}{near}")
        return text

    return Leaf(read, {"anyOf": [{"enum": list(words)}, FROM_ENVIRONMENT]})


def read_flag(value: object) -> bool:
    """`true` or `false`."""
    scalar = settled(value, "true or false")
    if scalar.text not in ("true", "false"):
        raise wrong(f"must be true or false, not {kind(value)}")
    return scalar.text == "true"


def not_yet(key: str, instead: str) -> Leaf:
    """A part of the language that this version cannot do at all."""

    def read(_value: object) -> str:
        raise wrong(unavailable(key, instead))

    return Leaf(read, {"not": {}})


def unavailable(what: str, instead: str) -> str:
    """The message for a part of the language that this version cannot do."""
    return f'"{what}" is part of Greenroom\'s language but this version cannot do it yet; {instead}'


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise wrong(f"{quoted(text[error.start])} is no single byte; write its bytes") from None


def _compiled(pattern: str | bytes) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise wrong(f"is no regular expression: {error}") from None


def _as(read: Callable[[object], object], pattern: str = "") -> Leaf:
    return Leaf(read, {"type": "string", "pattern": pattern} if pattern else SCALAR)


Text = Annotated[str, Leaf(read_text, SCALAR)]
Credential = Annotated[str, Leaf(read_credential, SCALAR)]
Word = Annotated[Scalar, Leaf(read_word, SCALAR)]
Templated = Annotated[Template, Leaf(read_template, ANY_SCALAR)]
Bytes = Annotated[Template, Leaf(read_bytes, SCALAR)]
Pattern = Annotated[str, _as(read_pattern)]
BytePattern = Annotated[bytes, _as(read_byte_pattern)]
FolderPath = Annotated[str, _as(read_folder_path, "^(/|\\$\\{env:)")]
HostName = Annotated[str, _as(read_host_name)]
Alias = Annotated[str, _as(read_alias)]

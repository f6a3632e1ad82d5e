"""A single value of a manifest: the text as written, and what it means by the rules of YAML 1.2."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestrator.manifest.places import Path
from orchestrator.manifest.words import quoted
from orchestrator.model.template import Template

Plain = str | int | float | bool | None

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text in the manifest.

    `written` is what stands there, `text` the same with the caller's environment put in, `template`
    that with its references taken apart. `plain` says that it was written without quotes, or made
    from the environment, so that it may be a number.
    """

    written: str
    plain: bool
    path: Path
    text: str
    template: Template

    @property
    def value(self) -> Plain:
        """What the text means: a number, true, false, nothing (None), or itself."""
        return resolved(self.text) if self.plain else self.text


Value = Scalar | dict[str, Any] | list[Any]
"""A scalar, a mapping of values or a list of values."""


def scalar(written: str, path: Path, *, plain: bool) -> Scalar:
    """A scalar in which nothing was looked for yet."""
    return Scalar(written, plain, path, written, Template.literal(written))


def resolved(text: str) -> Plain:
    """The meaning of an unquoted text: no octal, no sexagesimal, no `on` and `yes`."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def scalars(value: Value) -> Iterator[Scalar]:
    """Every scalar at and below a value, in the order of the text."""
    if isinstance(value, Scalar):
        yield value
    else:
        for part in value.values() if isinstance(value, dict) else value:
            yield from scalars(part)


def is_nothing(value: object) -> bool:
    """Whether a value was left empty."""
    return isinstance(value, Scalar) and value.value is None


def kind(value: object) -> str:
    """What a value is, as messages name it: `a list`, `the number 5`, `"abc"`, `nothing`."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if not isinstance(value, Scalar):
        return f"a {type(value).__name__}"
    return _kind_of_scalar(value)


def _kind_of_scalar(value: Scalar) -> str:
    match value.value:
        case None:
            return "nothing"
        case bool() | int() | float():
            return value.text
    return quoted(value.text)

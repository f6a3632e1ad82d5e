"""Commands: lists, or strings split by POSIX rules, with no shell implied."""

from __future__ import annotations

import json
import re
import shlex
from typing import Annotated, Any

from orchestrator.manifest.model.leaf import Leaf, wrong
from orchestrator.manifest.model.part import HOLE
from orchestrator.manifest.model.texts import read_template
from orchestrator.manifest.reading.scalars import Scalar, is_nothing, kind
from orchestrator.manifest.words import quoted
from orchestrator.model.template import Reference, Template

Command = tuple[Template, ...]

_HOLE = "\x00"
"""Stands for a reference while a string is split; no text of a manifest may hold this character."""

_PIECE = re.compile(
    r"""
      \\.                                       # an escaped character,
    | '[^']*'                                   # a quoted part
    | "(?:\\.|[^"\\])*"                         # or one in double quotes
    | (?P<shell> && | \|\| | \$\( | [|&;<>`\n] )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def read_command(value: object) -> Command:
    """The arguments, each a template."""
    if isinstance(value, list):
        words = tuple(_argument(item, at) for at, item in enumerate(value) if item is not HOLE)
    elif isinstance(value, Scalar) and not is_nothing(value):
        words = _split(value)
        value = words
    else:
        raise wrong(f"must be a text or a list of texts, not {kind(value)}")
    if not words and not value:
        raise wrong("cannot be empty")
    return words


def _argument(item: object, at: int) -> Template:
    if isinstance(item, dict):
        raise wrong('must be a text; put quotes around one that has ": " in it', at)
    if isinstance(item, list):
        raise wrong("must be a text, not a list", at)
    return read_template(item)


def _split(scalar: Scalar) -> Command:
    template = read_template(scalar)
    text = "".join(part if isinstance(part, str) else _HOLE for part in template.parts).strip()
    _refuse_shell(text, scalar)
    try:
        words = shlex.split(text.replace("\\\n", ""))
    except ValueError:
        raise wrong(
            "a quote or a backslash in this command has no partner; write it as a list"
        ) from None
    references = iter(template.references)
    return tuple(_refilled(word, references) for word in words)


def _refuse_shell(text: str, scalar: Scalar) -> None:
    for piece in _PIECE.finditer(text):
        found = piece["shell"] or ("$(" if piece[0].startswith('"') and "$(" in piece[0] else "")
        if found:
            what = "the end of a line" if found == "\n" else quoted(found)
            script = json.dumps(scalar.written.strip(), ensure_ascii=False)
            raise wrong(f"no shell reads this, so {what} means nothing; write [sh, -c, {script}]")


def _refilled(word: str, references: Any) -> Template:
    parts: list[str | Reference] = []
    for position, text in enumerate(word.split(_HOLE)):
        if position:
            parts.append(next(references))
        if text:
            parts.append(text)
    return Template(tuple(parts))


Argv = Annotated[
    Command,
    Leaf(
        read_command,
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": ["string", "number", "boolean", "null"]},
                },
            ]
        },
    ),
]

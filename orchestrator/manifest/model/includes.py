"""`include`: what is to be read first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import BeforeValidator

from orchestrator.manifest.model.leaf import Leaf, wrong
from orchestrator.manifest.model.texts import SCALAR, read_word
from orchestrator.manifest.reading.scalars import Scalar, kind
from orchestrator.manifest.words import did_you_mean, quoted

_COMPOSE = re.compile(r"(docker-)?compose([.-].*)?\.ya?ml")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git@")
_EXAMPLE = "{compose: stack.yaml}"


@dataclass(frozen=True)
class Included:
    """A file that is included, or a ready-made environment; `compose` says that it is Compose's."""

    word: Scalar
    compose: bool


def read_include(value: object) -> Included:
    """One entry: a path or a name, or `{compose: path}` for a file that is not called so."""
    if isinstance(value, dict):
        return _named_kind(value)
    word = read_word(value)
    _no_address(word)
    return Included(word, is_called_compose(word.text))


def is_called_compose(path: str) -> bool:
    """Whether a file is called as Compose files are."""
    return bool(_COMPOSE.fullmatch(PurePath(path).name))


def entries(value: object) -> list[object]:
    """The entries, or the only one."""
    return value if isinstance(value, list) else [value]


def _named_kind(value: dict[str, Any]) -> Included:
    for key in value:
        if key != "compose":
            near = did_you_mean(key, ["compose"], f"write a path, or {_EXAMPLE}")
            raise wrong(f"unknown key {quoted(key)}{near}", key)
    if not isinstance(value.get("compose"), Scalar):
        raise wrong(f"must be a mapping such as {_EXAMPLE}, not {kind(value)}")
    word = read_word(value["compose"])
    _no_address(word, "compose")
    return Included(word, compose=True)


def _no_address(word: Scalar, *below: str) -> None:
    if _ADDRESS.match(word.text):
        raise wrong(
            f"{quoted(word.text)} is an address, and only files of this machine can be included; "
            "put a copy beside this file and write its path",
            *below,
        )


_ENTRY: dict[str, Any] = {
    "anyOf": [
        SCALAR,
        {
            "type": "object",
            "properties": {"compose": {"type": "string"}},
            "required": ["compose"],
            "additionalProperties": False,
        },
    ]
}

Includes = Annotated[
    list[Included],
    BeforeValidator(lambda value: [read_include(each) for each in entries(value)]),
    Leaf(lambda value: value, {"anyOf": [_ENTRY, {"type": "array", "items": _ENTRY}]}),
]

"""The engine's answers, taken apart with care: what answers may be a proxy, or no engine at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestrator.engines.docker.exchange import without_tags

Item = Mapping[str, Any]


class Nonsense(Exception):
    """An answer that is not what the engine's API promises, with what is wrong with it."""


class Half(Exception):
    """An answer that ended before its end."""


def parsed(body: bytes) -> Any:
    """The value of a JSON answer, None for an empty one. Raises Nonsense or Half."""
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        if body.lstrip()[:1] in b"{[":
            raise Half from error
        text = without_tags(body.decode("utf-8", "replace"))
        raise Nonsense(f"no JSON, but: {text}") from error


def item(value: Any) -> Item:
    """The answer as one thing. Raises Nonsense when it is not."""
    if not isinstance(value, Mapping):
        raise Nonsense(f"one thing was to be told of, but it says {_short(value)}")
    return value


def items(value: Any) -> list[Item]:
    """The answer as a list of things. Raises Nonsense when it is not."""
    if not isinstance(value, list):
        raise Nonsense(f"a list was to be told, but it says {_short(value)}")
    return [item(each) for each in value]


def text(thing: Item, key: str) -> str:
    """A text that has to be there. Raises Nonsense when it is not."""
    value = thing.get(key)
    if not isinstance(value, str) or not value:
        raise Nonsense(f'"{key}" is missing in {_short(thing)}')
    return value


def part(thing: Item, key: str) -> Item:
    """A part that may be left out, and then is empty. Raises Nonsense when it is something else."""
    return item(thing.get(key) or {})


def parts(thing: Item, key: str) -> list[Item]:
    """A list that may be left out, and then is empty. Raises Nonsense when it is something else."""
    return items(thing.get(key) or [])


def texts(thing: Item, key: str) -> list[str]:
    """The texts of a list that may be left out."""
    value = thing.get(key)
    return [str(each) for each in value] if isinstance(value, list) else []


def number(thing: Item, key: str) -> int | None:
    """A number that may be left out. Raises Nonsense when it is something else."""
    value = thing.get(key)
    if value is not None and not isinstance(value, int):
        raise Nonsense(f'"{key}" is no number in {_short(thing)}')
    return value


def labels(thing: Item) -> dict[str, str]:
    """The labels of a thing."""
    return {str(name): str(value) for name, value in part(thing, "Labels").items()}


def _short(value: Any) -> str:
    return without_tags(json.dumps(value, default=str)[:100])

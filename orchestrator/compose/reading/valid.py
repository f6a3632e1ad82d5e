"""A document is compared with the published schema; what does not fit is told in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from orchestrator.compose.nodes import Block, Listing, Node, Said, plain_value
from orchestrator.compose.notes import Notes
from orchestrator.manifest.words import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a mapping",
    "string": "a text",
}


@cache
def schema() -> dict[str, Any]:
    """Return the published schema."""
    text = (File(__file__).parents[1] / "schema" / "compose-spec.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def check(root: Block, notes: Notes) -> None:
    """Tell every mistake that the schema finds."""
    for error in _validator().iter_errors(plain_value(root)):
        for each in _causes(error):
            for node, message in _told(each, root):
                notes.wrong(node, message)


@cache
def _validator() -> Draft202012Validator:
    # Imported here: only those who have a Compose file need it, and it takes a tenth of a second.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Yield what is wrong at the bottom: of alternatives, that which was most likely meant."""
    if error.validator not in ("oneOf", "anyOf") or not error.context:
        yield error
        return
    ways: dict[int, list[ValidationError]] = {}
    for cause in error.context:
        ways.setdefault(int(cause.schema_path[0]), []).append(cause)
    deep = [way for way in ways.values() if not any(_of_kind(cause, error) for cause in way)]
    if len(deep) == 1:
        for cause in deep[0]:
            yield from _causes(cause)
    else:
        yield error


def _of_kind(cause: ValidationError, error: ValidationError) -> bool:
    """Whether it says only that the whole value is of another kind."""
    return len(cause.absolute_path) == len(error.absolute_path) and cause.validator == "type"


def _told(error: ValidationError, root: Block) -> Iterator[tuple[Node, str]]:
    node = _node_at(root, error.absolute_path)
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        yield from _unknown(error, node)
    else:
        yield node, _message(error)


def _unknown(error: ValidationError, node: Node) -> Iterator[tuple[Node, str]]:
    """Yield the keys that nobody knows; one that is known, but wrong, is told for itself."""
    part: Any = error.schema
    known = list(_properties(part))
    patterns = ["^x-", *part.get("patternProperties", ())]
    if not isinstance(node, Block):
        return
    for key in node.entries:
        if key not in known and not any(re.search(pattern, key) for pattern in patterns):
            message = f"Compose knows no key {quoted(key)} here{did_you_mean(key, known)}"
            yield Said(key, key, True, node.keys.get(key, node.spot), (*node.path, key)), message


def _properties(part: Any) -> Iterator[str]:
    """Yield the keys that a part of the schema knows, those of what it is made of included."""
    if not isinstance(part, dict):
        return
    yield from part.get("properties", {})
    for other in part.get("allOf", ()):
        yield from _properties(other)
    reference = part.get("$ref", "")
    if reference:
        yield from _properties(schema()["$defs"][reference.rpartition("/")[2]])


def _message(error: ValidationError) -> str:
    value: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"must be {_kinds(kinds)}, {_not(value)}"
        case "oneOf" | "anyOf":
            return f"must be {_kinds(_alternatives(wanted))}, {_not(value)}"
        case "enum":
            near = did_you_mean(str(value), map(str, wanted))
            return f"must be {listed(map(str, wanted), 'or')}, {_not(value)}{near}"
        case "required":
            missing = next((key for key in wanted if key not in value), "")
            return f"{quoted(missing)} is missing"
        case "uniqueItems":
            return "names something twice"
        case "pattern":
            return f"{quoted(str(value))} is not of the form that it must have: {wanted}"
    return error.message


def _alternatives(ways: list[dict[str, Any]]) -> list[str]:
    kinds: list[str] = []
    for way in ways:
        reference = way.get("$ref", "")
        part = schema()["$defs"][reference.rpartition("/")[2]] if reference else way
        found = part.get("type") or _alternatives(part.get("oneOf", []))
        kinds += [found] if isinstance(found, str) else found
    return list(dict.fromkeys(kinds))


def _kinds(types: Iterable[str]) -> str:
    return listed((_TYPES.get(one, one) for one in types), "or")


def _not(value: object) -> str:
    match value:
        case None:
            return "and is empty"
        case bool():
            return f"not {str(value).lower()}"
        case int() | float():
            return f"not the number {value}"
        case str():
            return f"not {quoted(value)}"
        case list():
            return "not a list"
    return "not a mapping"


def _node_at(root: Node, path: Iterable[str | int]) -> Node:
    node = root
    for part in path:
        below: Node | None = None
        if isinstance(node, Block):
            below = node.entries.get(str(part))
        elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
            below = node.items[part]
        if below is None:
            return node
        node = below
    return node

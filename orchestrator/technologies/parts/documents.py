"""Seeds in YAML, taken apart with the lines on which things stand.

Technologies that are told things one by one read their seeds so, to say which line was refused.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import yaml

from orchestrator.model.conversation import SeedRefused
from orchestrator.technologies.parts.refusals import Refusals, each
from orchestrator.technologies.parts.yaml_size import check_depth, check_size

MOST_VALUES = 50_000
"""How many values a seed may have at least, those that aliases repeat included."""

SUFFIXES = (".yaml", ".yml")

Made = TypeVar("Made")

_Fast: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TAGS = "tag:yaml.org,2002:"

NULL, BINARY = f"{TAGS}null", f"{TAGS}binary"

UNFIT = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
"""What PyYAML has been seen to raise for `!!timestamp soon`, `!!bool x` and `!!int ""`."""


def composed(data: bytes, expected: str) -> yaml.Node:
    """Return a document's nodes, which know their lines. Raises SeedRefused."""
    document, _ = read_yaml(data, expected, construct=False)
    return document


def read_yaml(data: bytes, expected: str, *, construct: bool = True) -> tuple[yaml.Node, Any]:
    """Return a document's nodes and its content. Raises SeedRefused, with `expected` for none."""
    try:
        check_depth(yaml.parse(data, Loader=_Fast))
        document: yaml.Node | None = yaml.compose(data, Loader=_Fast)
        if document is None:
            raise SeedRefused(1, expected)
        # A file without aliases has fewer values than bytes.
        check_size(document, max(MOST_VALUES, len(data)))
        return document, content_of(document) if construct else None
    except yaml.MarkedYAMLError as error:
        told, last = not_yaml(error), data.rstrip().count(b"\n") + 1
        # What is never closed is missed behind the end.
        raise told if told.line <= last else SeedRefused(last, told.message) from error
    except (yaml.YAMLError, ValueError) as error:
        raise SeedRefused(0, f"not YAML: {error}") from error


def not_yaml(error: yaml.MarkedYAMLError, near: yaml.Node | None = None) -> SeedRefused:
    """Return a mistake of YAML's own; without a place of its own it is where that node is."""
    mark = error.problem_mark or (near.start_mark if near else None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return SeedRefused(line, f"not YAML: {error.problem}", column)


def refused(node: yaml.Node, message: str) -> SeedRefused:
    """Return what is wrong with something, at the place where that begins."""
    return SeedRefused(line(node), message, int(node.start_mark.column) + 1)


class Constructor(yaml.constructor.SafeConstructor):
    """PyYAML's own, which raises anything at all for a text that its tag does not fit."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return what one node holds. Raises SeedRefused at its place."""
        try:
            return super().construct_object(node, deep)
        except UNFIT as error:
            tag = node.tag.replace(TAGS, "!!")
            raise refused(node, f"not YAML: {tag} does not fit this") from error


def content_of(node: yaml.Node) -> Any:
    """Return what a node holds, all in it included. Raises SeedRefused."""
    try:
        return Constructor().construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise not_yaml(error, node) from error


def line(node: yaml.Node) -> int:
    """Return the line on which something begins."""
    return int(node.start_mark.line) + 1


def pairs(node: yaml.Node, expected: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Yield the keys and values of a mapping, with what it merges. Raises SeedRefused."""
    if not isinstance(node, yaml.MappingNode):
        raise refused(node, expected)
    try:
        yaml.constructor.SafeConstructor().flatten_mapping(node)
    except yaml.MarkedYAMLError as error:
        raise not_yaml(error, node) from error
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise refused(key, "a key has to be one text")
        yield key, value


def each_pair(
    node: yaml.Node, expected: str, read: Callable[[yaml.ScalarNode, yaml.Node], Made]
) -> list[Made]:
    """Return what is read of each key and its value. Raises SeedRefused for all that are wrong."""
    return each(pairs(node, expected), lambda both: read(*both))


def fields(node: yaml.Node, known: Sequence[str], expected: str) -> dict[str, yaml.Node]:
    """Return the values of a mapping by their keys, which have to be known. Raises SeedRefused."""
    found: dict[str, yaml.Node] = {}
    refusals = Refusals()
    for key, value in pairs(node, expected):
        name = str(key.value)
        if name not in known:
            near = difflib.get_close_matches(name.lower(), known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            refusals.note(refused(key, f"unknown key {json.dumps(name)}; {hint}"))
        found[name] = value
    refusals.raise_if_any()
    return found


def items(node: yaml.Node | None, expected: str) -> list[yaml.Node]:
    """Return the items of a list; there are none where nothing is said. Raises SeedRefused."""
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise refused(node, expected)
    return list(node.value)


def text(node: yaml.Node, expected: str) -> str:
    """Return one text as it is written: `1.10` stays `1.10`. Raises SeedRefused."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == NULL:
        raise refused(node, expected)
    return str(node.value)


def integer(node: yaml.Node, least: int, most: int, what: str) -> int:
    """Return a whole number between these. Raises SeedRefused."""
    expected = f"{what} has to be a whole number from {least} to {most}"
    try:
        number = int(text(node, expected))
    except ValueError as error:
        raise refused(node, expected) from error
    if not least <= number <= most:
        raise refused(node, expected)
    return number


def octets(node: yaml.Node) -> bytes | None:
    """Return a value as bytes: a text as it is written, null as None, what is nested as JSON.

    `!!binary` gives any bytes, in base64. Raises SeedRefused.
    """
    if isinstance(node, yaml.ScalarNode):
        if node.tag == NULL:
            return None
        if node.tag != BINARY:
            return str(node.value).encode()
        try:
            return base64.b64decode(node.value)
        except (binascii.Error, ValueError) as error:
            raise refused(node, f"no base64: {error}") from error
    try:
        return json.dumps(content_of(node), ensure_ascii=False, default=str).encode()
    except (TypeError, ValueError) as error:
        raise refused(node, f"cannot be said in JSON: {error}") from error

"""Rows in YAML 1.2: every value is the text as written, but for null, true and false.

`no` stays a text, and `1.10` keeps its zero. PyYAML reads the file as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial

import yaml

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import Cell
from orchestrator.seeding.rows.row import SHAPE, Row
from orchestrator.technologies.parts.documents import not_yaml, refused
from orchestrator.technologies.parts.refusals import Refusals
from orchestrator.technologies.parts.yaml_size import DEEPEST, check_size

MOST_VALUES = 1_000_000
"""How many values a file may have, those that aliases repeat included; each takes a kilobyte."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS = {"true": True, "True": True, "TRUE": True} | dict.fromkeys(
    ("false", "False", "FALSE"), False
)
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
"""A number in JSON."""

PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))

_Fast: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Texts(_Fast):  # type: ignore[misc,valid-type]
    """Leaves every scalar as the text it is."""

    yaml_implicit_resolvers: dict[str, object] = {}  # noqa: RUF012 - PyYAML's own way


Pairs = list[tuple[str, yaml.Node]]


def read_yaml(text: str, table: str) -> Iterator[Row]:
    """Yield the rows of a list, which are the table's, or of each list in a mapping of tables."""
    document = composed(text)
    match document:
        case yaml.SequenceNode():
            yield from rows(document, table)
        case yaml.MappingNode():
            for name, node in pairs(document):
                if not isinstance(node, yaml.SequenceNode):
                    raise refused(node, f"{name} is not a list; {SHAPE}")
                yield from rows(node, name)
        case _:
            raise SeedRefused(line(document), SHAPE)


def composed(text: str) -> yaml.Node:
    """Return the only document's nodes. Raises SeedRefused where it is no YAML, or too much."""
    try:
        look_through(text)
        document: yaml.Node | None = yaml.compose(text, Loader=Texts)
    except yaml.MarkedYAMLError as error:
        raise not_yaml(error) from error
    except (yaml.YAMLError, ValueError) as error:
        raise SeedRefused(0, f"not YAML: {error}") from error
    if document is None:
        raise SeedRefused(1, f"the file is empty; {SHAPE}")
    check_size(document, MOST_VALUES)
    return document


def look_through(text: str) -> None:
    """Raise SeedRefused for what is too deep or too much, before anything is made of it."""
    depth = values = 0
    for event in yaml.parse(text, Loader=Texts):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        values += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise SeedRefused(line(event), f"values cannot be nested more than {DEEPEST} deep")
        if values > MOST_VALUES:
            raise SeedRefused(
                line(event),
                f"a file of YAML cannot have more than {MOST_VALUES:,} values; write it as JSON or "
                "CSV, or split it",
            )


def rows(node: yaml.SequenceNode, table: str) -> Iterator[Row]:
    """Yield the rows of a list. Raises SeedRefused behind them for all that are none."""
    refusals = Refusals()
    for item in node.value:
        row = refusals.read(partial(row_of, table, item), None)
        if row:
            yield row
    refusals.raise_if_any()


def row_of(table: str, item: yaml.Node) -> Row | None:
    """Return one row. Raises SeedRefused for what is none."""
    if not isinstance(item, yaml.MappingNode):
        raise refused(item, f"a row of {table} is no mapping from columns to values")
    return Row(table, line(item), {column: cell(value) for column, value in pairs(item)})


def pairs(node: yaml.MappingNode) -> Pairs:
    """Return the keys and values; what `<<` merges stands in front, and the mapping's own wins."""
    check_tag(node)
    merged: dict[str, yaml.Node] = {}
    own: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise refused(key, "a key must be a text")
        if key.value == "<<" and not is_quoted(key):
            merged = dict(sources(value)) | merged
        elif key.value in own:
            raise refused(key, f"{json.dumps(key.value)} is given twice")
        else:
            own[key.value] = value
    return list((merged | own).items())


def sources(node: yaml.Node) -> Pairs:
    """Return what a merge brings; of several mappings, the first that has a key wins."""
    several = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found: dict[str, yaml.Node] = {}
    for one in several:
        if not isinstance(one, yaml.MappingNode):
            raise refused(one, '"<<" merges mappings only')
        found = dict(pairs(one)) | found
    return list(found.items())


def cell(node: yaml.Node) -> Cell:
    """Return a value as a server spells it; lists and mappings become JSON."""
    if not isinstance(node, yaml.ScalarNode):
        return as_json(node)
    check_tag(node)
    if is_quoted(node):
        return str(node.value)
    return None if node.value in NULLS else BOOLEANS.get(node.value, str(node.value))


def is_quoted(node: yaml.Node) -> bool:
    """Whether a value is a text whatever it looks like."""
    return bool(getattr(node, "style", ""))


def as_json(node: yaml.Node) -> str:
    """Return a value within a list or mapping as JSON."""
    check_tag(node)
    if isinstance(node, yaml.SequenceNode):
        return f"[{', '.join(map(as_json, node.value))}]"
    if isinstance(node, yaml.MappingNode):
        members = (f"{in_quotes(key)}: {as_json(value)}" for key, value in pairs(node))
        return f"{{{', '.join(members)}}}"
    value = cell(node)
    is_number = value and not is_quoted(node) and NUMBER.fullmatch(str(value))
    return str(value) if is_number else in_quotes(value)


def in_quotes(value: Cell) -> str:
    """Return a text, true, false or null in JSON."""
    return json.dumps(value, ensure_ascii=False)


def check_tag(node: yaml.Node) -> None:
    """Raise SeedRefused for a tag: which value it would make is not for the file to say."""
    if node.tag not in PLAIN_TAGS and node.tag != "!":
        short = node.tag.replace("tag:yaml.org,2002:", "!!")
        raise refused(node, f"the tag {short} cannot be used here")


def line(node: yaml.Node | yaml.Event) -> int:
    """Return the line on which it begins, counted from 1."""
    mark = node.start_mark
    return int(mark.line) + 1 if mark else 0

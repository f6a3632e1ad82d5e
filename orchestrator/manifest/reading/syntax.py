"""Text becomes YAML's own tree of nodes, or a syntax error in plain words.

PyYAML does the parsing; nothing of it ever makes Python objects. Its events are looked through
first, because composing nodes recurses, and because only the events still know the tags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import yaml

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Place
from orchestrator.manifest.reading.complaints import Mark, blamed, complaint
from orchestrator.manifest.words import quoted

DEEPEST = 100
"""How deep values may be nested; a manifest needs seven."""

MOST_VALUES = 50_000
"""How many values a manifest may have, those that aliases repeat included."""

_Fast: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Fast):  # type: ignore[misc,valid-type]
    """Leaves every scalar as the text it is: what `on` or `22:22` means is decided by us."""

    yaml_implicit_resolvers: dict[str, object] = {}  # noqa: RUF012 - PyYAML's own way


def compose(text: str, mistakes: Mistakes, tags: Collection[str] = ()) -> yaml.Node:
    """The root node of the only document; raises ManifestError when the text is no such thing.

    `tags` are those that may stand in it.
    """
    try:
        _look_through(text, mistakes, tags)
        mistakes.raise_if_any()
        node = yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        mistakes.in_text(_place_of(text, error.position), _unprintable(error))
        raise mistakes.error() from None
    except yaml.MarkedYAMLError as error:
        mistakes.in_text(place(blamed(error)), complaint(error, text))
        raise mistakes.error() from None
    return _some(node, mistakes)


def place(mark: Mark | None) -> Place:
    """PyYAML counts from 0, people from 1."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place()


def is_plain(node: yaml.ScalarNode) -> bool:
    """Whether a text stands there without quotes (libyaml and PyYAML say it differently)."""
    return not node.style


def _some(node: yaml.Node | None, mistakes: Mistakes) -> yaml.Node:
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value and is_plain(node)):
        mistakes.in_text(Place(1, 1), "the file is empty; name at least one resource")
        raise mistakes.error()
    return node


def _look_through(text: str, mistakes: Mistakes, tags: Collection[str]) -> None:
    depth = values = documents = 0
    anchors: set[str] = set()
    for event in _events(text):
        where = place(event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        values += isinstance(event, yaml.NodeEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        _check(depth, values, documents, where, mistakes)
        if isinstance(event, yaml.NodeEvent):
            _check_anchor(event, anchors, where, mistakes)
            _check_tag(event, tags, where, mistakes)


def _events(text: str) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)
    return events


def _check(depth: int, values: int, documents: int, where: Place, mistakes: Mistakes) -> None:
    too_much = {
        f"values cannot be nested more than {DEEPEST} deep": depth > DEEPEST,
        f"a manifest cannot have more than {MOST_VALUES:,} values": values > MOST_VALUES,
        'a second document starts here; a manifest is one, without "---" inside': documents > 1,
    }
    for message, exceeded in too_much.items():
        if exceeded:
            mistakes.in_text(where, message)
            raise mistakes.error()


def _check_anchor(
    event: yaml.NodeEvent, anchors: set[str], where: Place, mistakes: Mistakes
) -> None:
    name = event.anchor
    if isinstance(event, yaml.AliasEvent):
        if name not in anchors:
            mistakes.in_text(where, f"*{name} is an alias, but no &{name} stands before it")
    elif name:
        anchors.add(name)


def _check_tag(
    event: yaml.NodeEvent, tags: Collection[str], where: Place, mistakes: Mistakes
) -> None:
    tag = getattr(event, "tag", None)
    if tag and tag not in tags:
        mistakes.in_text(where, f"the tag {quoted(_short(tag))} cannot be used in a manifest")


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _place_of(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, position - before.rfind("\n"))


def _unprintable(error: yaml.reader.ReaderError) -> str:
    code = error.character if isinstance(error.character, int) else ord(error.character)
    escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return f'the character U+{code:04X} cannot stand in YAML; write it as "{escape}" in quotes'

"""A manifest as it was understood becomes YAML again: one file, with nothing left to look up."""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

from orchestrator.manifest.reading.scalars import Scalar, Value, resolved
from orchestrator.model.manifest import AUTO, Manifest
from orchestrator.model.secret import MASK, Mask, is_secret
from orchestrator.model.template import Template

TEXT = "tag:yaml.org,2002:str"
WIDTH = 10_000
"""Lines are broken where their authors have broken them."""

_BREAKS = re.compile("[\r\x85\u2028\u2029]")
"""What ends a line in YAML besides the line feed, and would become one."""

_RESOLVER = yaml.resolver.Resolver()


def manifest_text(manifest: Manifest, mask: Mask, remarks: Iterable[str] = ()) -> str:
    """Return the manifest as YAML, in its own order, with these remarks on top.

    Includes, merges and `${env:...}` are in it as what they stood for, references as they are.
    Loaded again in the same folder, it is the same manifest. No secret is in it: neither what
    `mask` hides, nor the value of anything whose name says that it is one.
    """
    tree: dict[str, Value] = dict(manifest.tree or {})
    first: dict[str, str] = {"name": manifest.name}
    if manifest.engine != AUTO:
        first["engine"] = manifest.engine
    nodes: list[tuple[yaml.Node, yaml.Node]] = [
        *((_text(key), _text(text)) for key, text in first.items()),
        *((_text(key), _node(value, mask, key)) for key, value in tree.items() if key not in first),
    ]
    document = yaml.MappingNode("tag:yaml.org,2002:map", nodes, flow_style=False)
    written: str = yaml.serialize(document, allow_unicode=True, width=WIDTH)
    comments = [f"# {line}".rstrip() for remark in remarks for line in remark.splitlines()]
    return "\n".join([*comments, "", written]) if comments else written


def _node(value: Value, mask: Mask, key: str = "") -> yaml.Node:
    """Return the node of a value that stands under this key."""
    if isinstance(value, Scalar):
        return _scalar(value, mask, key)
    if isinstance(value, list):
        items = [_node(item, mask) for item in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=_short(value))
    pairs = [(_text(name), _node(item, mask, name)) for name, item in value.items()]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=not pairs)


def _short(items: list[Value]) -> bool:
    """Whether a list may stand in one line."""
    texts = [item.text for item in items if isinstance(item, Scalar)]
    return len(texts) == len(items) and sum(map(len, texts)) < 60 and "\n" not in "".join(texts)


def _scalar(scalar: Scalar, mask: Mask, key: str) -> yaml.ScalarNode:
    text = _written(scalar.template, mask, hide=is_secret(key, scalar.text))
    if scalar.plain and not isinstance(resolved(text), str):
        # A number, true, false or nothing: what PyYAML takes for one, it writes without quotes.
        tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        return yaml.ScalarNode(tag, text)
    return _text(text)


def _written(template: Template, mask: Mask, *, hide: bool) -> str:
    """Return a text as it is written in a manifest, so that it is read as what it is."""

    def literal(text: str) -> str:
        if hide and text.strip():
            return MASK
        return mask(text).replace("${", "$${")

    return "".join(literal(part) if isinstance(part, str) else str(part) for part in template.parts)


def _text(text: str) -> yaml.ScalarNode:
    """Return the node of a text, in quotes where the manifest's rules would see something else."""
    if _BREAKS.search(text) or not isinstance(resolved(text), str):
        return yaml.ScalarNode(TEXT, text, style='"')
    return yaml.ScalarNode(TEXT, text, style="|" if "\n" in text else None)

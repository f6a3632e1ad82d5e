"""`secrets` and `configs`: files that a service is given."""

from __future__ import annotations

import re

from orchestrator.compose.nodes import Block, Node, Said
from orchestrator.compose.out import Branch, Item, Text, word
from orchestrator.compose.reading.project import missing, named
from orchestrator.compose.site import Site
from orchestrator.model.secret import is_secret

MODE = "0444"
"""Who runs as somebody else than root has to be able to read them, as with Compose."""

_FOLDERS = {"secrets": "/run/secrets/", "configs": "/"}
_OCTAL = re.compile(r"0?o?([0-7]{3,4})")


def granted(site: Site) -> None:
    """Put in the files that the service is granted."""
    for part in _FOLDERS:
        for node in site.items(part):
            name = node if isinstance(node, Said) else _said(node, "source")
            definition = name and named(site.common.project, part, name)
            if name and definition:
                _grant(node, name, definition, part, site)
            elif name:
                site.common.notes.wrong(name, missing(part, name.text))


def _said(node: Node, key: str) -> Said | None:
    found = node.get(key) if isinstance(node, Block) else None
    return found if isinstance(found, Said) else None


def _grant(node: Node, name: Said, definition: Block, part: str, site: Site) -> None:
    target = _target(node, name, part)
    mode = Text(_mode(node, site), node.spot, plain=True)
    content = _content(definition, site)
    if content is None:
        site.lost(node, f"{name.text} is kept outside of the file; put it in as a file yourself")
        return
    key, value = content
    site.put_file(target, Branch(node.spot, {key: value, "mode": mode}), node.spot)
    for owner in ("uid", "gid"):
        if (said := _said(node, owner)) is not None and said.text not in ("0", "root"):
            site.lost(said, "files that are put in belong to root")


def _target(node: Node, name: Said, part: str) -> str:
    target = node.text("target") if isinstance(node, Block) else ""
    target = target or name.text
    return target if target.startswith("/") else f"{_FOLDERS[part]}{target}"


def _mode(node: Node, site: Site) -> str:
    said = _said(node, "mode")
    if said is None:
        return MODE
    match = _OCTAL.fullmatch(said.text)
    if not match:
        site.common.notes.wrong(said, f'"{said.text}" cannot be permissions; write them as "0440"')
        return MODE
    return match[1].rjust(4, "0")


def _content(definition: Block, site: Site) -> tuple[str, Item] | None:
    """Return the key under which a manifest says what is in a file, and what it says there."""
    file, variable = definition.get("file"), definition.get("environment")
    content = definition.get("content")
    if isinstance(file, Said):
        return "source", Text(site.common.path(file.written, file.spot), file.spot)
    if isinstance(content, Said):
        return "content", Text(content.written, content.spot)
    if not isinstance(variable, Said):
        return None
    name = variable.text
    if site.common.imported:
        return "content", Text(f"${{env:{name}}}", variable.spot)
    value = site.common.world.environ.get(name)
    if value is None:
        site.common.notes.wrong(variable, f"{name} is not set in the environment")
        return None
    if is_secret(name, value):
        site.common.notes.secrets.add(value)
    return "content", word(value, variable.spot)

"""Short forms become long ones, so that files can be merged and nobody else has to know of them."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.compose.nodes import Block, Listing, Node, Said

NAMED_VALUES = ("environment", "labels", "annotations", "sysctls")
"""What is a mapping, or a list of `NAME=value`."""

NAMES = ("depends_on", "networks")
"""What is a mapping, or a list of names."""

LISTS = ("env_file", "dns", "dns_search", "tmpfs", "label_file")
"""What is a list, or its only entry."""


def canonical(root: Block) -> Block:
    """Return a document with all its services in their long forms."""
    services = root.entries.get("services")
    if not isinstance(services, Block):
        return root
    long: dict[str, Node] = {
        name: long_form(service) if isinstance(service, Block) else service
        for name, service in services.entries.items()
    }
    return root.with_entries({**root.entries, "services": services.with_entries(long)})


def long_form(service: Block) -> Block:
    """Return a service in which every key has its long form."""
    entries = dict(service.entries)
    for key, value in entries.items():
        if key in NAMED_VALUES:
            entries[key] = named_values(value)
        elif key in LISTS:
            entries[key] = listing(value)
        elif key in NAMES:
            entries[key] = by_name(value)
        elif key == "build":
            entries[key] = build(value)
        elif key == "extends":
            entries[key] = mapping(value, "service")
    return service.with_entries(entries)


def build(value: Node) -> Node:
    """Return a build as a mapping, with its arguments and labels as such."""
    found = mapping(value, "context")
    if not isinstance(found, Block):
        return found
    entries = dict(found.entries)
    for key in ("args", "labels"):
        if key in entries:
            entries[key] = named_values(entries[key])
    return found.with_entries(entries)


def mapping(value: Node, key: str) -> Node:
    """Return a text as the mapping in which it stands under a key."""
    if not isinstance(value, Said) or value.nothing or value.tag:
        return value
    return Block({key: value}, value.spot, value.path, value.tag)


def listing(value: Node) -> Node:
    """Return a text as a list of it."""
    if not isinstance(value, Said) or value.nothing or value.tag:
        return value
    return Listing((value,), value.spot, value.path, value.tag)


def by_name(value: Node) -> Node:
    """Return a list of names as a mapping that says nothing more of them."""
    if not isinstance(value, Listing):
        return value
    entries: dict[str, Node] = {
        item.text: replace(item, text="", written="", plain=True)
        for item in value.items
        if isinstance(item, Said)
    }
    return Block(entries, value.spot, value.path, value.tag)


def named_values(value: Node) -> Node:
    """Return a list of `NAME=value` as a mapping; a name alone has nothing as its value."""
    if not isinstance(value, Listing):
        return value
    entries: dict[str, Node] = {}
    for item in value.items:
        if isinstance(item, Said):
            name, equals, text = item.text.partition("=")
            written = item.written.partition("=")[2]
            entries[name.strip()] = replace(
                item, text=text, written=written, plain=not equals, open=item.open and bool(equals)
            )
    return Block(entries, value.spot, value.path, value.tag)

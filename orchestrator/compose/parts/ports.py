"""`ports` and `expose`: what a service listens on, and where this host leads to it.

Syntax: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.compose.nodes import Block, Node, Said
from orchestrator.compose.out import Branch, Row, Text
from orchestrator.compose.reading.words import cut, whole
from orchestrator.compose.site import Site

ANYWHERE = ("", "0.0.0.0", "127.0.0.1", "::", "::1")  # noqa: S104 - compared, not listened on
MOST_PORTS = 1000
"""A range of more is hardly meant, and each port is held until the start."""

_BRACKETED = re.compile(r"\[([^\]]*)\]:(.*)")


@dataclass(frozen=True)
class _Port:
    """A port as it is written: inside, on this host, the address there, and the protocol."""

    target: str
    host: str = ""
    address: str = ""
    protocol: str = "tcp"


def ports(site: Site) -> None:
    """Carry over what the service listens on."""
    found: dict[str, Text | Branch] = {}
    for key in ("ports", "expose"):
        for node in site.items(key):
            for port in _ports(node, site):
                _add(found, port, node, site)
    if found and site.task:
        site.lost(site.service.entries.get("ports") or site.service, "a task has no ports")
    elif found:
        site.entry["ports"] = Row(site.spot("ports"), list(found.values()))


def _add(found: dict[str, Text | Branch], port: _Port, node: Node, site: Site) -> None:
    if port.protocol != "tcp":
        site.lost(node, f"ports are TCP, so that port {port.target}/{port.protocol} is left out")
        return
    if port.address not in ANYWHERE:
        site.lost(node, f"it is published on 127.0.0.1, not on {port.address}")
    before = found.get(port.target)
    if before is not None and port.host:
        if isinstance(before, Branch):
            site.lost(node, f"port {port.target} has a port on this host already")
            return
        before = None
    if before is None:
        target = Text(port.target, node.spot, plain=True)
        host = Text(port.host, node.spot, plain=True)
        found[port.target] = (
            Branch(node.spot, {"port": target, "host": host}) if port.host else target
        )


def _ports(node: Node, site: Site) -> Iterator[_Port]:
    if isinstance(node, Block):
        yield from _long(node, site)
    elif isinstance(node, Said):
        yield from _short(node, site)


def _long(node: Block, site: Site) -> Iterator[_Port]:
    target, host = node.get("target"), node.get("published")
    if not isinstance(target, Said):
        return
    written = host.written if isinstance(host, Said) and host.text else ""
    yield from _expanded(
        _Port(target.written, written, node.text("host_ip"), node.text("protocol") or "tcp"),
        node,
        site,
    )


def _short(said: Said, site: Site) -> Iterator[_Port]:
    whole, _, protocol = said.text.partition("/")
    written = cut(said.written, "/")[0]
    address = ""
    if bracketed := _BRACKETED.fullmatch(whole):
        address, whole = bracketed[1], bracketed[2]
        written = written.partition("]:")[2]
    pieces, names = whole.split(":"), cut(written)
    if len(names) != len(pieces):
        names = pieces
    if len(pieces) > 3 - bool(bracketed):
        site.common.notes.wrong(said, f'"{said.text}" is no port; write it like 8080:80')
        return
    address = pieces[0] if len(pieces) == 3 else address
    host = names[-2] if len(pieces) > 1 and pieces[-2] else ""
    yield from _expanded(_Port(names[-1], host, address, protocol or "tcp"), said, site)


def _expanded(port: _Port, node: Node, site: Site) -> Iterator[_Port]:
    """Yield each port of a range."""
    if "${" in port.target:
        yield port
        return
    targets = _range(port.target)
    if targets is None:
        site.common.notes.wrong(node, f'"{port.target}" is no port number')
        return
    hosts = [port.host] * len(targets) if "${" in port.host else _range(port.host)
    if port.host and hosts is None:
        site.common.notes.wrong(node, f'"{port.host}" is no port number')
        return
    if hosts and len(hosts) != len(targets):
        site.fine(node, f"one of {port.host} is not enough to know; any port of this host is taken")
        hosts = None
    for at, target in enumerate(targets):
        yield _Port(target, hosts[at] if hosts else "", port.address, port.protocol)


def _range(text: str) -> list[str] | None:
    first, dash, last = text.partition("-")
    start, end = whole(first), whole(last if dash else first)
    if start is None or end is None or not 0 <= end - start < MOST_PORTS:
        return None
    return [str(one) for one in range(start, end + 1)]

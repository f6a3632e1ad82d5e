"""`healthcheck`: how to see that a service is ready.

Greenroom always waits until a service is ready, and asks as soon as it is started.
"""

from __future__ import annotations

from orchestrator.compose.nodes import Block, Listing, Node, Said
from orchestrator.compose.out import Branch, Item, Row, Text, text, word
from orchestrator.compose.reading.words import in_words, seconds, whole
from orchestrator.compose.site import Site
from orchestrator.manifest.building.base import DEFAULT_TIMEOUT

ATTEMPT = 10.0
"""Seconds that one attempt may take."""

DEFAULTS = {"interval": 30.0, "timeout": 30.0, "start_period": 0.0}
"""Seconds: https://docs.docker.com/reference/dockerfile/#healthcheck"""

RETRIES = 3
ONE_SHOT = "10m"
"""How long a task may take: Compose sets it no limit."""


def health(site: Site) -> None:
    """Carry over the health check as the probe that says when it is ready."""
    check = site.block("healthcheck")
    if site.task:
        site.entry["timeout"] = Text(ONE_SHOT, site.service.spot)
        if check:
            site.fine(check, "a task is done when it exits, and so this is not asked")
        return
    if check is None:
        return
    test = check.get("test")
    if check.text("disable").lower() in ("true", "1") or _first(test) == "NONE":
        off = Row(check.spot, [word("NONE", check.spot)])
        site.option(check.spot, "Healthcheck", "Test", value=off)
        return
    if isinstance(test, Listing) and _first(test) not in ("CMD", "CMD-SHELL"):
        site.common.notes.wrong(test, "must begin with CMD, CMD-SHELL or NONE")
    command = _command(test)
    if command is not None:
        site.entry["ready"] = Branch(check.spot, {"exec": command})
    limit = _limit(check, site)
    if limit > DEFAULT_TIMEOUT:
        site.entry["timeout"] = Text(in_words(limit), check.spot)


def _first(test: Node | None) -> str:
    item = test.items[0] if isinstance(test, Listing) and test.items else None
    return item.text if isinstance(item, Said) else ""


def _command(test: Node | None) -> Item | None:
    """Return the command of a check, None where the image's own applies."""
    if isinstance(test, Said):
        return _in_shell(test)
    if not isinstance(test, Listing):
        return None
    items = [item for item in test.items if isinstance(item, Said)]
    if _first(test) == "CMD-SHELL" and len(items) > 1:
        return _in_shell(items[1])
    return Row(test.spot, [text(item) for item in items[1:]]) if len(items) > 1 else None


def _in_shell(said: Said) -> Row:
    shell = [word("/bin/sh", said.spot), word("-c", said.spot)]
    return Row(said.spot, [*shell, Text(said.written.strip(), said.spot)])


def _limit(check: Block, site: Site) -> float:
    """Return after how many seconds Compose would give up; ours are shorter attempts."""
    found = {key: _duration(check, key, site) for key in DEFAULTS}
    retries = check.text("retries")
    times = whole(retries) or RETRIES
    interval = min(found["interval"], DEFAULTS["interval"] * 2)
    return found["start_period"] + times * (interval + min(found["timeout"], ATTEMPT))


def _duration(check: Block, key: str, site: Site) -> float:
    node = check.get(key)
    if not isinstance(node, Said):
        return DEFAULTS[key]
    site.settle(node)
    found = seconds(node.text)
    if found is None:
        site.common.notes.wrong(node, f'"{node.text}" is no duration; write it like 1m30s')
        return DEFAULTS[key]
    return found

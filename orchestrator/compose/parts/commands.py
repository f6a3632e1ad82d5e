"""`command` and `entrypoint`."""

from __future__ import annotations

from orchestrator.compose.nodes import Listing, Node, Said
from orchestrator.compose.out import Row, text, word
from orchestrator.compose.reading.words import argv
from orchestrator.compose.site import Site

SETTLED = "a variable in this is several words now, or none, so that no variable stands there"


def commands(site: Site) -> None:
    """Carry over what is run; a text is split into words, as Compose does, and no shell runs it."""
    for key, setting in (("entrypoint", "Entrypoint"), ("command", "Cmd")):
        node = site.get(key)
        if node is None:
            continue
        words = _words(node, site)
        if isinstance(node, Said) and node.open and words is not None and not _open(words):
            site.lost(node, SETTLED)
        if words:
            site.entry[key] = Row(node.spot, [text(word) for word in words])
        elif words is not None and key == "entrypoint":
            # An engine takes one empty word for "without the image's".
            site.option(node.spot, setting, value=Row(node.spot, [word("", node.spot)]))
        elif words is not None:
            site.fine(node, "is empty, and so the image's own is run")


def _open(words: list[Said]) -> bool:
    return any(word.open for word in words)


def _words(node: Node, site: Site) -> list[Said] | None:
    if isinstance(node, Said | Listing):
        try:
            return argv(node)
        except ValueError:
            site.common.notes.wrong(node, "a quote or a backslash in this has no partner")
    return None

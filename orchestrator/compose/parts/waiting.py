"""`depends_on` and `links`: whom a service waits for."""

from __future__ import annotations

from orchestrator.compose.nodes import Block, Said, pairs, words
from orchestrator.compose.out import Row, word
from orchestrator.compose.site import Site
from orchestrator.manifest.words import did_you_mean, quoted

COMPLETED = "service_completed_successfully"


def needs(site: Site) -> None:
    """Carry over whom it waits for: until they are ready and seeded, or, as tasks, done."""
    found: dict[str, Said | Block] = {}
    for name, node in pairs(site.get("depends_on")):
        if isinstance(node, Said | Block) and _waits(name, node, site):
            found[name] = node
    for link in words(site.get("links")):
        name = link.text.partition(":")[0]
        if _there(name, link, site):
            found.setdefault(name, link)
    if found:
        names = site.common.names
        items = [word(names[name], node.spot) for name, node in found.items()]
        site.entry["needs"] = Row(site.spot("depends_on"), list(items))


def _waits(name: str, node: Said | Block, site: Site) -> bool:
    optional = isinstance(node, Block) and node.text("required") in ("false", "0")
    if isinstance(node, Block) and node.text("restart") in ("true", "1"):
        site.fine(node.entries["restart"], "nothing restarts by itself")
    other = site.common.project.services.get(name)
    if optional and (other is None or other.get("profiles")):
        site.lost(node, f"{name} need not be there, and so it is not waited for")
        return False
    return _there(name, node, site)


def _there(name: str, node: Said | Block, site: Site) -> bool:
    if name in site.common.names:
        return True
    services = site.common.project.services
    if name in services:
        site.lost(node, f"{name} is not carried over, and so it is not waited for")
    else:
        near = did_you_mean(name, services)
        site.common.notes.wrong(node, f"there is no service {quoted(name)}{near}")
    return False

"""`mem_limit`, `cpus` and `deploy`: what a service may use at most."""

from __future__ import annotations

from orchestrator.compose.nodes import Block, Node, Said, pairs
from orchestrator.compose.out import Branch, Item, Text, number
from orchestrator.compose.reading.words import memory, size, whole
from orchestrator.compose.site import Site

SWARM = ("mode", "endpoint_mode", "labels", "rollback_config", "update_config", "restart_policy")
"""Keys of `deploy` that only matter to a cluster."""


def limits(site: Site) -> None:
    """Carry over the limits; what `deploy` says wins, as in Compose."""
    entries: dict[str, Item] = {}
    deploy = site.block("deploy")
    resources = deploy.block("resources") if deploy else None
    bounds = resources.block("limits") if resources else None
    for own, key in (("mem_limit", "memory"), ("cpus", "cpus")):
        node = (bounds.get(key) if bounds else None) or site.get(own)
        if isinstance(node, Said) and (item := _limit(key, node, site)):
            entries[key] = item
    if entries:
        site.entry["limits"] = Branch(next(iter(entries.values())).spot, entries)
    if bounds and isinstance(pids := bounds.get("pids"), Said):
        most = whole(pids.text) or 0
        site.option(pids.spot, "HostConfig", "PidsLimit", value=number(most, pids.spot))
    if deploy:
        _rest(deploy, resources, site)


def _limit(key: str, node: Said, site: Site) -> Item | None:
    if node.open and node.text:
        return Text(node.written, node.spot, plain=True)
    if key == "cpus":
        return Text(node.text, node.spot, plain=True) if _above_zero(node.text) else None
    found = size(node.text)
    if found is None:
        site.common.notes.wrong(node, f'"{node.text}" is no amount of memory; write it like 64m')
        return None
    return Text(memory(found), node.spot) if found else None


def _above_zero(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def _rest(deploy: Block, resources: Block | None, site: Site) -> None:
    for key, node in pairs(deploy):
        if key in SWARM:
            site.fine(node, "matters to a cluster only")
        elif key == "placement":
            site.fine(node, "there is one machine only")
    for key, node in pairs(resources):
        if key == "reservations":
            _reserved(node, site)


def _reserved(node: Node, site: Site) -> None:
    if isinstance(node, Block) and node.get("devices"):
        site.lost(node.entries["devices"], "devices such as GPUs are not handed on")
    else:
        site.fine(node, "nothing is reserved")


def replicas(service: Block) -> tuple[int, Node]:
    """Return how many containers of a service there are to be, and where that is said."""
    deploy = service.block("deploy")
    for node in (service.get("scale"), deploy.get("replicas") if deploy else None):
        count = whole(node.text) if isinstance(node, Said) else None
        if node is not None and count is not None:
            return count, node
    return 1, service

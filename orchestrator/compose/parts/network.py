"""`networks` and names: how others reach a service."""

from __future__ import annotations

from orchestrator.compose.nodes import Block, Said, pairs, words
from orchestrator.compose.out import Row, Text, text
from orchestrator.compose.site import Site

ADDRESSES = ("ipv4_address", "ipv6_address", "link_local_ips", "mac_address")


def network(site: Site) -> None:
    """Carry over the names; all containers of a run share one network."""
    own = site.common.names[site.name]
    found: dict[str, Text] = {}
    if own != site.name:
        found[site.name] = Text(site.name, site.service.spot)
    for alias in site.common.aliases.get(site.name, ()):
        found.setdefault(alias.written, alias)
    if name := site.said("container_name"):
        found.setdefault(name.text, text(name))
    for said in _aliases(site):
        found.setdefault(said.text, text(said))
    found.pop(own, None)
    if found:
        site.entry["aliases"] = Row(next(iter(found.values())).spot, list(found.values()))
    if hostname := site.said("hostname"):
        site.entry["hostname"] = text(hostname)
    _mode(site)
    for link in words(site.get("external_links")):
        site.lost(link, "what was started elsewhere is not in the run's network")


def _aliases(site: Site) -> list[Said]:
    found: list[Said] = []
    for _, node in pairs(site.get("networks")):
        if not isinstance(node, Block):
            continue
        found += words(node.get("aliases"))
        for key in ADDRESSES:
            if (fixed := node.get(key)) is not None:
                site.lost(fixed, "addresses are given by the engine; services are reached by name")
    return found


def _mode(site: Site) -> None:
    mode = site.said("network_mode")
    if mode is None or mode.text in ("bridge", "default"):
        return
    if mode.text == "none":
        site.option(mode.spot, "NetworkDisabled", value=Text("true", mode.spot, plain=True))
    else:
        site.lost(mode, "every container is in the run's own network")

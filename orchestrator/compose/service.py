"""One service becomes one entry of a manifest."""

from __future__ import annotations

from orchestrator.compose.keys import CARRIED, LOST, NEEDLESS
from orchestrator.compose.known import own_port
from orchestrator.compose.nodes import words
from orchestrator.compose.out import Row, number, text
from orchestrator.compose.parts.building import image
from orchestrator.compose.parts.commands import commands
from orchestrator.compose.parts.engine import SETTINGS, engine
from orchestrator.compose.parts.environment import environment
from orchestrator.compose.parts.granted import granted
from orchestrator.compose.parts.health import health
from orchestrator.compose.parts.limits import limits, replicas
from orchestrator.compose.parts.mounts import mounts
from orchestrator.compose.parts.network import network
from orchestrator.compose.parts.ports import ports
from orchestrator.compose.parts.waiting import needs
from orchestrator.compose.site import Common, Site

FOREVER = ("always", "unless-stopped")
"""Policies of what is started again whenever it ends."""


def entry(name: str, common: Common) -> Site:
    """Return the site of a service, with the entry that it becomes."""
    site = Site(name, common.project.services[name], common)
    image(site)
    commands(site)
    needs(site)
    environment(site)
    ports(site)
    own_port(site)
    health(site)
    network(site)
    _profiles(site)
    mounts(site)
    granted(site)
    limits(site)
    _process(site)
    engine(site)
    _end(site)
    _rest(site)
    return site


def _profiles(site: Site) -> None:
    if names := words(site.get("profiles")):
        site.entry["profiles"] = Row(site.spot("profiles"), [text(name) for name in names])


def _process(site: Site) -> None:
    for key, ours in (("working_dir", "workdir"), ("user", "user")):
        if said := site.said(key):
            site.entry[ours] = text(said)
    if (tty := site.said("tty")) and tty.true:
        site.option(tty.spot, "OpenStdin", value=number(value=True, spot=tty.spot))
        site.fine(tty, "there is no terminal, but its input stays open")


def _end(site: Site) -> None:
    """Let it come to its end where Compose would: nothing says that it should live on."""
    policy = site.said("restart")
    forever = policy is not None and policy.text in FOREVER
    if policy is not None and policy.text != "no":
        site.fine(policy, "nothing is started again when it has ended; its end is told")
    asked = "ports" in site.entry or "ready" in site.entry
    if not (site.task or forever or asked):
        spot = policy.spot if policy else site.service.spot
        site.entry["may_exit"] = number(value=True, spot=spot)


def _rest(site: Site) -> None:
    count, node = replicas(site.service)
    if count > 1:
        site.lost(node, "one container is started of each service")
    for key, node in site.service.entries.items():
        if key in LOST and key != "external_links":
            if site.get(key) is not None:
                site.lost(node, LOST[key])
        elif key in NEEDLESS:
            site.fine(node, NEEDLESS[key])
        elif key not in CARRIED and key not in SETTINGS and not key.startswith("x-"):
            site.lost(node, "is not known here")

"""Greenroom itself in a container, beside the socket of the engine that runs this container.

Ports that are published on the host are not reached from in there: the loopback is the container's
own. So the container joins the network of each run, and sees what runs there as containers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchestrator.engines.docker.answers import item, part, text
from orchestrator.engines.docker.client import Client
from orchestrator.engines.docker.exchange import NOT_FOUND, Refusal
from orchestrator.model.launch import RUN

ID = re.compile(r"\b[0-9a-f]{64}\b")
OWN_FILES = (" /etc/hostname ", " /etc/hosts ", " /etc/resolv.conf ")
"""Engines keep these files in a folder that has the container's id for a name (mountinfo)."""
MOUNTS, GROUPS = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")

ALREADY = ("already exists in network", "already connected", "already attached")
NOT_ATTACHED = ("is not connected", "not connected to")


def own_container(client: Client) -> str:
    """Return the id of the container that we run in, if this engine runs it; empty otherwise.

    Nothing is guessed: the kernel tells the ids, and the engine knows one of them as what it runs.
    One that has the host's own network is none for our purposes: there the loopback is the host's.
    """
    for candidate in candidates():
        try:
            found = item(client.get(f"/containers/{candidate}/json"))
        except Refusal as error:
            if error.status == NOT_FOUND:
                continue
            raise
        kind, _, other = text(part(found, "HostConfig"), "NetworkMode").partition(":")
        if part(found, "State").get("Running") and kind != "host":
            return other if kind == "container" else text(found, "Id")
    return ""


def candidates(mounts: Path = MOUNTS, groups: Path = GROUPS) -> list[str]:
    """Return the ids of containers that this process may be in, as Linux tells them."""
    return list(dict.fromkeys([*_from_mounts(mounts), *_from_groups(groups)]))


def join(client: Client, network: str, container: str) -> str:
    """Attach our container to a run's network; return its address there."""
    try:
        client.change("POST", f"/networks/{network}/connect", body={"Container": container})
    except Refusal as error:
        if not any(words in error.words for words in ALREADY):
            raise
    attached = item(client.get(f"/containers/{container}/json"))
    networks = part(part(attached, "NetworkSettings"), "Networks")
    return text(part(networks, network), "IPAddress")


def send_guests_away(client: Client, network: str, run: str) -> None:
    """Detach from a run's network whatever is not of this run: it would keep the network alive.

    That is our own container, also when the process in it that has joined was killed, and what an
    engine has forgotten there of a container that is gone: nobody else will ever detach that.
    """
    try:
        attached = part(item(client.get(f"/networks/{network}")), "Containers")
    except Refusal as error:
        if error.status == NOT_FOUND:
            return
        raise
    for container in attached:
        # What is attached no longer as a container, or not yet, has another id here; its name is
        # the container's, and that alone leads to what is left of one that is gone (Moby's
        # buildDetailedNetworkResources and ForceEndpointDelete).
        name = text(part(attached, container), "Name")
        for known_as in (container, name):
            owner = _run_of(client, known_as)
            if owner is not None:
                break
        if owner != run:
            _detach(client, network, known_as)


def _detach(client: Client, network: str, container: str) -> None:
    body = {"Container": container, "Force": True}
    try:
        client.change("POST", f"/networks/{network}/disconnect", body=body)
    except Refusal as error:
        gone = error.status == NOT_FOUND
        if not gone and not any(words in error.words for words in NOT_ATTACHED):
            raise


def _run_of(client: Client, container: str) -> str | None:
    """Return which run a container is of, empty for one of nobody's, None for one that is gone.

    One that is being removed is not gone before it is detached.
    """
    try:
        found = item(client.get(f"/containers/{container}/json"))
    except Refusal as error:
        if error.status == NOT_FOUND:
            return None
        raise
    return str(part(part(found, "Config"), "Labels").get(RUN, ""))


def _from_mounts(path: Path) -> Iterator[str]:
    with suppress(OSError):
        for line in path.read_text().splitlines():
            # The fourth field is the place on the file system that the fifth, the mount, shows.
            if any(file in line for file in OWN_FILES):
                yield from ID.findall(line.split()[3])


def _from_groups(path: Path) -> Iterator[str]:
    with suppress(OSError):
        yield from ID.findall(path.read_text())

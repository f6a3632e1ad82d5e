"""What an engine says of itself, for people."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from orchestrator.engines.docker.answers import Item, item, number, text, texts
from orchestrator.engines.docker.client import Api, Client
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.exchange import Refusal
from orchestrator.waiting import Deadline

CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
"""Files that Docker and Podman put into every container."""


@dataclass(frozen=True)
class About:
    """An engine: `memory` in bytes, 0: unknown; `folder` is where it keeps its data, there.

    With `runs_us` this process is in one of its containers.
    """

    endpoint: Endpoint
    podman: bool
    version: str
    api: str
    system: str
    rootless: bool
    folder: str
    memory: int
    processors: int
    runs_us: bool = False

    @property
    def name(self) -> str:
        """What kind of engine it is."""
        return "Podman" if self.podman else "Docker"


def about(environ: Mapping[str, str], deadline: Deadline) -> About:
    """Ask an engine about itself. Raises EngineUnavailable when nobody answers."""
    api = Api(environ)
    with api.calls(deadline, "ask the engine about itself") as client:
        version = item(client.get("/version"))
        info = item(client.get("/info"))
        ours = _knows_us(client)
    return About(
        endpoint=api.endpoint,
        podman=is_of_podman(version),
        version=text(version, "Version"),
        api=str(version.get("ApiVersion") or "unknown"),
        system=str(info.get("OperatingSystem") or "an unknown system"),
        rootless=any("rootless" in one for one in texts(info, "SecurityOptions")),
        folder=str(info.get("DockerRootDir") or ""),
        memory=number(info, "MemTotal") or 0,
        processors=number(info, "NCPU") or 0,
        runs_us=ours,
    )


def _knows_us(client: Client) -> bool:
    """Whether there is a container that is called as this host is, which is what engines see to."""
    if not any(Path(mark).exists() for mark in CONTAINER_MARKS):
        return False
    try:
        client.get(f"/containers/{quote(socket.gethostname(), safe='')}/json")
    except Refusal:
        return False
    return True


def is_of_podman(version: Item) -> bool:
    """Whether an answer to `/version` is Podman's: it says so among its components."""
    components = version.get("Components")
    known = [each for each in components or () if isinstance(each, Mapping)]
    return any("podman" in str(each.get("Name")).lower() for each in known)

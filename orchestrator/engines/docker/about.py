"""What an engine says of itself, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.engines.docker.answers import item, number, text
from orchestrator.engines.docker.beside import own_container
from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.product import Product
from orchestrator.waiting import Deadline


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
        product = Product.of(version, info)
        ours = bool(own_container(client))
    return About(
        endpoint=api.endpoint,
        podman=product.podman,
        version=text(version, "Version"),
        api=str(version.get("ApiVersion") or "unknown"),
        system=str(info.get("OperatingSystem") or "an unknown system"),
        rootless=product.rootless,
        folder=str(info.get("DockerRootDir") or ""),
        memory=number(info, "MemTotal") or 0,
        processors=number(info, "NCPU") or 0,
        runs_us=ours,
    )

"""The engine of containers: each verb as the few calls of the Docker API that it takes."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from orchestrator.engines.docker import (
    beside,
    clocks,
    execs,
    listening,
    listing,
    logs,
    removal,
    snapshots,
    starting,
)
from orchestrator.engines.docker.answers import Item, item, items, number, text
from orchestrator.engines.docker.body import network_body
from orchestrator.engines.docker.client import Api, Client
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.exchange import CONFLICT, NOT_FOUND, Refusal, filters
from orchestrator.engines.docker.product import Product
from orchestrator.engines.engine import Notice, Progress, unheard
from orchestrator.model.facts import EngineFacts
from orchestrator.model.image import PresentImage
from orchestrator.model.launch import (
    ENVIRONMENT,
    RUN,
    ExecResult,
    Found,
    Image,
    Launch,
    Listener,
    LogLine,
    Opened,
    RunLabels,
    State,
)
from orchestrator.model.resource import Build
from orchestrator.model.snapshot import SNAPSHOT, Snapshot, snapshot_image
from orchestrator.waiting import Deadline


class DockerEngine:
    """Docker, or Podman on its socket; connects at the first call that needs it."""

    name = "docker"

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._api = Api(os.environ if environ is None else environ)

    def describe(self, deadline: Deadline) -> EngineFacts:
        """Say who answers. Raises EngineUnavailable, with the next step to take, if nobody does."""
        with self._api.calls(deadline, "ask the engine for its version") as client:
            product = Product.ask(client)
            joins = bool(self._own_container(client))
        return EngineFacts(
            self.name,
            str(product),
            self._api.endpoint.address,
            snapshots=True,
            limits=product.limits,
            no_way_back="" if joins else no_way_back(product, self._api.endpoint),
            joined=joins,
        )

    def open(self, labels: RunLabels, deadline: Deadline) -> Opened:
        """Make the run's private network; the one that it has already serves again."""
        with self._api.calls(deadline, "make the run's network") as client:
            try:
                made = client.change("POST", "/networks/create", body=network_body(labels))
            except Refusal as error:
                there = error.status == CONFLICT or "already exists" in error.words
                present = _networks(client, labels.run) if there else []
                if not present:
                    raise
                network = present[0]
            else:
                network = item(client.get(f"/networks/{text(item(made), 'Id')}"))
            return Opened(self._way_back(client, network))

    def _way_back(self, client: Client, network: Item) -> str | None:
        """Return the address at which containers of a network reach processes beside us.

        Where we run in a container ourselves, it joins the network.
        """
        if own := self._own_container(client):
            return beside.join(client, text(network, "Name"), own)
        endpoint = self._api.endpoint
        return listing.gateway(network) if endpoint.is_here else endpoint.here

    def _own_container(self, client: Client) -> str:
        """Return the id of our own container if the engine runs one for us, else nothing."""
        return beside.own_container(client) if self._api.endpoint.local else ""

    def start(self, launch: Launch, deadline: Deadline) -> Found:
        """Create a container, put its files in, start it. On failure nothing of it is left.

        What a module of testcontainers starts is as ready then as the module itself sees to it.
        Raises ModuleFailed where that does not come about.
        """
        if launch.module:
            # Who uses no module needs nothing of this.
            from orchestrator.engines.docker import modules

            return modules.start(self._api, self, launch, launch.module, deadline)
        return starting.start(self._api, self.name, launch, deadline)

    def state(self, found: Found, deadline: Deadline) -> State:
        """How it is doing now; `gone` when the engine no longer knows it."""
        with self._api.calls(deadline, f"inspect {found.name}") as client:
            try:
                if found.kind == removal.NETWORK:
                    client.get(f"/networks/{found.id}")
                    return State("running")
                container = item(client.get(f"/containers/{found.id}/json"))
                return listing.inspected_state(container)
            except Refusal as error:
                if error.status == NOT_FOUND:
                    return State("gone")
                raise

    def exec(
        self,
        found: Found,
        argv: Sequence[str],
        deadline: Deadline,
        *,
        env: Mapping[str, str] | None = None,
        stdin: Iterable[bytes] | None = None,
        output: Callable[[str, bytes], None] | None = None,
    ) -> ExecResult:
        """Run a command in the container and wait for its end; see `execs.run`."""
        return execs.run(self._api, found.id, argv, deadline, env or {}, stdin, output)

    def interactive(self, found: Found, argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """Return the `docker exec` that runs `argv` on the user's terminal.

        It names the variables only, and takes their values from the environment that it is run
        with, which has to hold `env`: everybody on the host can read arguments.
        """
        endpoint = self._api.endpoint
        host = ["--host", endpoint.url] if endpoint.found else []
        names = [part for name in env for part in ("--env", name)]
        return ["docker", *host, "exec", "--interactive", "--tty", *names, found.id, *argv]

    def logs(
        self,
        found: Found,
        deadline: Deadline,
        *,
        follow: bool = False,
        since: str | None = None,
        tail: int | None = None,
    ) -> Iterator[LogLine]:
        """Yield the log's lines, oldest first; with `follow` until the container ends."""
        return logs.read(self._api, found.id, deadline, follow=follow, since=since, tail=tail)

    def listeners(self, found: Found, deadline: Deadline) -> builtins.list[Listener] | None:
        """Where the container's processes listen; see `listening.listeners`."""
        return listening.listeners(self._api, found.id, deadline)

    def ahead(self, deadline: Deadline) -> tuple[float, float]:
        """By how many seconds the engine's clock is before ours, and how wrong that may be."""
        if self._api.endpoint.local and sys.platform == "linux":
            return 0.0, 0.0  # It is this machine's own; elsewhere the engine is in a machine apart.
        with self._api.calls(deadline, "ask the engine for the time") as client:
            return clocks.ahead(client)

    def list(self, deadline: Deadline, run: str | None = None) -> list[Found]:
        """All of Greenroom's, or one run's: containers, the oldest first, then networks."""
        with self._api.calls(deadline, "list what is there") as client:
            containers = items(client.get("/containers/json", {"all": 1} | _of(run)))
            networks = _networks(client, run)
            containers.sort(key=lambda each: number(each, "Created") or 0)
            found = [
                *(listing.container(self.name, each) for each in containers),
                *(listing.network(self.name, each) for each in networks),
            ]
            # What somebody else has started from a snapshot's image is of no run.
            return [each for each in found if each.run]

    def remove(self, found: Found, deadline: Deadline) -> None:
        """Remove a container with its anonymous volumes. Gone already is fine."""
        removal.remove(self._api, found, deadline)

    def close(self, run: str, deadline: Deadline) -> None:
        """Remove the run's network, as soon as nothing is attached to it. Gone already is fine."""
        with self._api.calls(deadline, "find the run's network") as client:
            networks = [listing.network(self.name, each) for each in _networks(client, run)]
        for network in networks:
            removal.remove(self._api, network, deadline)

    def image_id(self, image: str, deadline: Deadline) -> str | None:
        """The id of a present image, None when it is not present."""
        with self._api.calls(deadline, f"look for {image}") as client:
            try:
                return text(item(client.get(f"/images/{image}/json")), "Id")
            except Refusal as error:
                if error.status == NOT_FOUND:
                    return None
                raise

    def built(self, deadline: Deadline) -> builtins.list[Image]:
        """All images that Greenroom has built, once for each of their names."""
        with self._api.calls(deadline, "list what was built") as client:
            images = items(client.get("/images/json", filters(label=ENVIRONMENT)))
            found = [image for each in images for image in listing.images(self.name, each)]
            return [image for image in found if SNAPSHOT not in image.labels]

    def remove_image(self, image: Image, deadline: Deadline) -> None:
        """Remove a name of an image, and with its last one the image. Gone already is fine."""
        removal.remove_image(self._api, image, deadline)

    def pull(
        self,
        image: str,
        platform: str | None,
        progress: Progress,
        deadline: Deadline,
        notice: Notice = unheard,
    ) -> None:
        """Fetch an image, progress in bytes. Raises ImageUnavailable with the registry's words."""
        # Who pulls nothing does not import what only pulls need.
        from orchestrator.engines.docker import pulling

        pulling.pull(self._api, image, platform, progress, deadline, notice)

    def build(
        self,
        image: str,
        build: Build,
        labels: Mapping[str, str],
        progress: Progress,
        deadline: Deadline,
    ) -> None:
        """Make an image; progress is the log, in steps. Raises BuildFailed with the log's end."""
        # Imported here, because most runs build nothing.
        from orchestrator.engines.docker import building

        building.build(self._api, image, build, labels, progress, deadline)

    def present_image(self, image: str, deadline: Deadline) -> PresentImage | None:
        """All that is known of an image that is present, None when it is not."""
        from orchestrator.engines.docker import registries

        return registries.present(self._api, image, deadline)

    def registry_digest(self, image: str, deadline: Deadline, notice: Notice = unheard) -> str:
        """The digest of what a registry has under this name. Podman cannot ask for it."""
        from orchestrator.engines.docker import registries

        return registries.digest(self._api, image, deadline, notice)

    def push(
        self,
        image: str,
        name: str,
        progress: Progress,
        deadline: Deadline,
        notice: Notice = unheard,
    ) -> str:
        """Push an image under another name, progress in bytes; return its digest there."""
        from orchestrator.engines.docker import registries

        return registries.push(self._api, image, name, progress, deadline, notice)

    def store(
        self,
        found: Found,
        snapshot: str,
        image: str | None,
        of: str,
        labels: RunLabels,
        deadline: Deadline,
    ) -> None:
        """Make an image of what was copied aside, on top of the image that it came from."""
        assert image is not None, "every container has an image"
        snapshots.store(self._api, found, snapshot, image, of, labels, deadline)

    def has_snapshot(self, key: str, deadline: Deadline) -> bool:
        """Whether the image of this snapshot is there."""
        return self.image_id(snapshot_image(key), deadline) is not None

    def snapshots(self, deadline: Deadline) -> builtins.list[Snapshot]:
        """All snapshots."""
        return snapshots.listed(self._api, self.name, deadline)

    def remove_snapshot(self, key: str, deadline: Deadline) -> None:
        """Remove a snapshot. Gone already is fine."""
        removal.remove_image(self._api, snapshots.image(self.name, key), deadline)


def no_way_back(product: Product, endpoint: Endpoint) -> str:
    """Return why containers cannot reach processes of this host, empty where they can."""
    if product.rootless and endpoint.is_here:
        return f"{product.who} runs without root: this host has no address in its networks"
    return ""


def _networks(client: Client, run: str | None) -> list[Item]:
    return items(client.get("/networks", _of(run)))


def _of(run: str | None) -> dict[str, str | int]:
    """The filter for what is Greenroom's, or one run's: by its label, never by a name."""
    return filters(label=RUN if run is None else f"{RUN}={run}")

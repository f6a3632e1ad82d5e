"""Stands in the place of the engine, so that a module tells what it would do with one."""

from __future__ import annotations

from typing import Any

from .wrong import Wrong

HOST = "greenroom-host.invalid"
"""Stands in a rehearsal for the host, which is not known yet."""


class Rehearsed(BaseException):
    """The call that would create the container, with which a rehearsal ends."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body


class Surroundings:
    """What modules get instead of the engine, in a rehearsal and for good."""

    def __init__(self, host: str, ports: dict[int, int]) -> None:
        self.host, self.ports = host, ports

    def client(self) -> Any:
        """Return a client that knows no engine, and ends a rehearsal at its first container."""
        import docker

        # With a version given, no engine is asked for it.
        client: Any = docker.DockerClient(base_url="http://127.0.0.1:1", version="1.41")
        client.api.create_container_from_config = self.rehearsed
        client.api.send = self.refused
        client.api.info = lambda: {"Runtimes": {}}
        return client

    def rehearsed(self, config: dict[str, Any], *_args: Any, **_more: Any) -> None:
        """End the rehearsal."""
        raise Rehearsed(config)

    def refused(self, request: Any, **_more: Any) -> None:
        """Refuse everything else."""
        raise Wrong(
            "use",
            f"cannot be described: it asks the engine beforehand ({request.method} {request.url})",
        )

    def installed(self) -> None:
        """Let every client of testcontainers be ours, and no reaper start."""
        from testcontainers.core import config, docker_client

        # Modules read these when they are imported: so they come first.
        settings = config.testcontainers_config
        settings.ryuk_disabled = True
        settings.hub_image_name_prefix = ""
        mode, around = config.ConnectionMode.docker_host, self
        ours: Any = docker_client.DockerClient

        def begin(self: Any, **_more: Any) -> None:
            self.client = around.client()
            api = self.client.api
            # That the image is there has been seen to, under the name that it has for the engine.
            api.inspect_image = lambda *_args, **_more: {"Id": "sha256:0", "RepoTags": []}
            for name in ("create_network", "create_volume", "pull", "build"):
                setattr(api, name, beyond(name))

        ours.__init__ = begin
        ours.host = lambda _self: around.host
        ours.get_connection_mode = lambda _self: mode
        ours.find_host_network = lambda _self: None
        ours.port = lambda _self, _id, port: str(around.ports[int(port)])


def beyond(call: str) -> Any:
    """Return what stands for a call that makes something that would not be the run's."""

    def refuse(*_args: Any, **_more: Any) -> None:
        what = call.replace("_", " a ", 1)
        raise Wrong("use", f"cannot be used: it wants to {what} of its own, beside its container")

    return refuse

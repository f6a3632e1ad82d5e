"""Starts a module for good: its container is made and started by whoever runs us."""

from __future__ import annotations

import io
import queue
import tarfile
import traceback
from pathlib import Path
from typing import Any

from .finding import kind, needs
from .making import made
from .rehearsing import Surroundings
from .talking import TEMPORARY, say
from .wrong import Wrong, said

PAUSE = 0.1
"""Seconds between two questions of a module that waits; its own is a second."""


class Real(Surroundings):
    """The engine itself, but for what creates and starts containers."""

    def __init__(self, request: dict[str, Any], inbox: queue.Queue[dict[str, Any]]) -> None:
        super().__init__(request["host"], {int(own): at for own, at in request["ports"].items()})
        self.request, self.inbox = request, inbox
        self.id = ""
        self.running = False

    def client(self) -> Any:
        """Return a client of the engine that asks whoever runs us for the container."""
        import docker

        where = dict(self.request["engine"])
        if where.get("tls"):
            where["tls"] = docker.tls.TLSConfig(**where["tls"])
        if str(where.get("base_url")).startswith("ssh://"):
            where["use_ssh_client"] = True
        client: Any = docker.DockerClient(**where)
        start = client.api.start
        client.api.create_container_from_config = self.create
        client.api.start = lambda container, *args, **more: self.start(start, container, args, more)
        return client

    def create(self, config: dict[str, Any], *_args: Any, **_more: Any) -> dict[str, str]:
        """Have the container created, and put into it what would be mounted from this host."""
        if self.id:
            raise Wrong("use", "starts a second container, which would not be the run's")
        host = dict(config.get("HostConfig") or {})
        mounted = [each for each in host.get("Binds") or [] if copied(each)]
        host["Binds"] = [each for each in host.get("Binds") or [] if each not in mounted]
        say({"create": {**config, "HostConfig": host}})
        self.id = self.inbox.get()["id"]
        if mounted:
            self.put(mounted)
        return {"Id": self.id}

    def put(self, mounted: list[str]) -> None:
        """Copy files and folders of this host into the container."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as archive:
            for each in mounted:
                source, target, _ = each.rsplit(":", 2)
                archive.add(source, target.lstrip("/"))
        self.client().api.put_archive(self.id, "/", data.getvalue())

    def start(self, start: Any, container: Any, args: Any, more: Any) -> Any:
        """Have the container started."""
        if self.running:
            return start(container, *args, **more)
        say({"start": self.id})
        self.inbox.get()
        self.running = True
        return None


def copied(bind: str) -> bool:
    """Whether a mount can be copied instead, to an engine on another host too.

    That is a file that is only read, or such a folder of the project's or of the module's own.
    """
    source, _, mode = bind.rsplit(":", 2) if bind.count(":") > 1 else (bind, "", "")
    path = Path(source).resolve()
    ours = any(path.is_relative_to(Path(each).resolve()) for each in (".", TEMPORARY or "."))
    return mode == "ro" and (path.is_file() or (path.is_dir() and ours))


def started(request: dict[str, Any], inbox: queue.Queue[dict[str, Any]]) -> dict[str, Any]:
    """Start a module, with all the waiting that it does itself."""
    around = Real(request, inbox)
    around.installed()
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.sleep_time = PAUSE
    testcontainers_config.max_tries = int(request["seconds"] / PAUSE)
    try:
        made(kind(request["use"]), request).start()
    except Wrong:
        raise
    except ImportError as error:
        return {"failed": needs(request["use"].partition(".")[0], error)}
    except Exception as error:
        traceback.print_exc()
        return {"failed": said(error)}
    return {"done": True}

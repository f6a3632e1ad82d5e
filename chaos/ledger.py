"""What the engine has made for whom: anonymous volumes carry no label, so somebody must watch."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import suppress
from typing import Any, Self

import docker
from docker.errors import APIError

from orchestrator.model.launch import MANIFEST


class Ledger:
    """Follows the engine's events, and notes each container's volumes under its manifest."""

    def __init__(self, engine: str) -> None:
        self.client = docker.APIClient(base_url=engine, version="auto")
        self._volumes: dict[str, set[str]] = defaultdict(set)
        self._owners: dict[str, str] = {}
        self._events: Any = self.client.events(
            decode=True, filters={"type": ["container", "volume"]}
        )
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._events.close()

    def volumes(self, manifest: str) -> set[str]:
        """Return the names of all volumes that containers of this manifest ever had."""
        return set(self._volumes[manifest])

    def _follow(self) -> None:
        with suppress(Exception):  # The stream's end shows in as many ways as there are libraries.
            for event in self._events:
                self._note(event["Type"], event["Action"], event["Actor"])

    def _note(self, kind: str, action: str, actor: dict[str, Any]) -> None:
        attributes = actor["Attributes"]
        if kind == "container" and action == "create" and MANIFEST in attributes:
            self._owners[actor["ID"]] = attributes[MANIFEST]
            self._volumes[attributes[MANIFEST]] |= self._volumes_of(actor["ID"])
        elif kind == "volume" and action == "mount":
            owner = self._owners.get(attributes.get("container", ""))
            if owner:
                self._volumes[owner].add(actor["ID"])

    def _volumes_of(self, container: str) -> set[str]:
        """Return a new container's volumes; a container that is gone again shows none."""
        with suppress(APIError):
            mounts = self.client.inspect_container(container)["Mounts"]
            return {mount["Name"] for mount in mounts if mount["Type"] == "volume"}
        return set()

"""What this user shows to registries: out of Docker's and Podman's files, or from their helpers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.engines.docker import auth_files, helpers
from orchestrator.engines.docker.answers import item
from orchestrator.engines.docker.auth_files import Auth, Store, Trouble, server_of
from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.helpers import HelperFailed
from orchestrator.engines.docker.product import is_of_podman
from orchestrator.model.image import ImageName
from orchestrator.waiting import Deadline


@dataclass(frozen=True)
class Login:
    """What is shown to one registry, and where it is kept."""

    source: str
    auth: Auth = field(repr=False)


class Wallet:
    """All that is kept for this user; what cannot be had is told as trouble, and done without.

    `podman` tells that the engine is one: it has files of its own.
    """

    def __init__(self, api: Api, trouble: Trouble, deadline: Deadline) -> None:
        self._environ, self._trouble, self._deadline = api.environ, trouble, deadline
        self.podman = is_podman(api, deadline)
        self._stores = auth_files.read(api.environ, trouble, podman=self.podman)

    def login(self, image: ImageName) -> Login | None:
        """Return what to show to an image's registry, None where nothing is kept for it.

        As with Docker, a helper of the registry's own comes before the one for all, and that before
        the file.
        """
        for store in self._stores:
            name = store.keeper(image)
            if name and (auth := self._ask(name, server_of(image.registry))):
                return Login(helpers.program(name), auth)
            if auth := store.login(image, self._trouble):
                return Login(str(store.path), auth)
        return None

    def everything(self) -> dict[str, Auth]:
        """Return all that is kept, by server: a build may begin with images from any registry."""
        found: dict[str, Auth] = {}
        for store in self._stores:
            wanted = dict.fromkeys(self._listed(store), store.helper)
            wanted |= {server_of(key): name for key, name in store.helpers.items()}
            for server, name in wanted.items():
                if name and (auth := self._ask(name, server)):
                    found.setdefault(server, auth)
            for key in store.auths:
                if auth := store.entry(key, self._trouble):
                    found.setdefault(key, auth)
        return found

    def _listed(self, store: Store) -> list[str]:
        try:
            return (
                helpers.servers(store.helper, self._environ, self._deadline) if store.helper else []
            )
        except HelperFailed as error:
            self._trouble(str(error))
            return []

    def _ask(self, helper: str, server: str) -> Auth | None:
        try:
            return helpers.login(helper, server, self._environ, self._deadline)
        except HelperFailed as error:
            self._trouble(str(error))
            return None


def header(auth: Mapping[str, Any]) -> str:
    """Return a login, or all by server, as the engine's API takes it in a header."""
    return base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()


def is_podman(api: Api, deadline: Deadline) -> bool:
    """Whether it is Podman that answers."""
    with api.calls(deadline, "ask the engine for its version") as client:
        return is_of_podman(item(client.get("/version")))

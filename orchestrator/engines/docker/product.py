"""Which engine answers Docker's API: Docker or Podman, and what it cannot do for its user.

What Podman says in other words than Docker is in the lists of words of `listing`, `refusals` and
`removal`. What else is different: it puts a registry before each image's name (`same_name`), takes
the labels of a commit only as instructions (`label`), and removes a network that is in use when
that is named by its id (`removal`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from orchestrator.engines.docker.answers import Item, item, text, texts
from orchestrator.engines.docker.client import Client
from orchestrator.engines.docker.exchange import FAILURE, Refusal
from orchestrator.model.printable import on_one_line

REGISTRIES = ("docker.io/", "localhost/")
"""What stands before a name without a registry: as it was asked for, and as it was built."""


@dataclass(frozen=True)
class Product:
    """An engine as it describes itself (SystemVersion and SystemInfo of the API).

    A `rootless` one has networks of its own, in which the host has no address. It `limits` memory
    and processors only where its user may have control groups.
    """

    version: str
    podman: bool = False
    rootless: bool = False
    limits: bool = True

    @classmethod
    def ask(cls, client: Client) -> Self:
        """Ask the engine. A proxy may answer for its version only: then all else is as usual."""
        version = item(client.get("/version"))
        try:
            info = item(client.get("/info"))
        except Refusal as error:
            if error.status >= FAILURE:
                raise
            info = {}
        return cls.of(version, info)

    @classmethod
    def of(cls, version: Item, info: Item) -> Self:
        """Take both answers apart."""
        rootless = bool(info.get("Rootless")) or "name=rootless" in texts(info, "SecurityOptions")
        # Control groups of version 1 cannot be given to users at all.
        without = info.get("CgroupVersion") == "1" or info.get("CgroupDriver") == "none"
        return cls(
            version=text(version, "Version"),
            podman=is_of_podman(version),
            rootless=rootless,
            limits=not (rootless and without),
        )

    def __str__(self) -> str:
        """What the first line of output says of it; Docker's usual form is its version alone."""
        if not self.podman and not self.rootless:
            return self.version
        return f"({'rootless ' if self.rootless else ''}{self.who} {self.version})"

    @property
    def who(self) -> str:
        """The product's name."""
        return "Podman" if self.podman else "Docker"


def same_name(tag: str, wanted: str) -> bool:
    """Whether an image's tag, as the engine lists it, is this name without a registry."""
    return tag in (wanted, *(registry + wanted for registry in REGISTRIES))


def label(name: str, value: str) -> str:
    """A label as an instruction of a Dockerfile, on one line and with nothing to be replaced."""
    words = re.sub(r'(["\\$])', r"\\\1", on_one_line(value))
    return f'LABEL {name}="{words}"'


def is_of_podman(version: Item) -> bool:
    """Whether an answer to `/version` is Podman's: it says so among its components."""
    components = version.get("Components")
    known = [each for each in components or () if isinstance(each, Mapping)]
    return any("podman" in str(each.get("Name")).lower() for each in known)

"""A folder for one trial: the manifest, a state folder of its own, and a socket for the proxy."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MANIFESTS = Path(__file__).with_name("manifests")
USUAL_SOCKET = "unix:///var/run/docker.sock"


@dataclass(frozen=True)
class Place:
    """Where one trial happens. Nobody else has this folder, so what names it is this trial's."""

    folder: Path

    @classmethod
    def make(cls, parent: Path, manifest: str) -> Self:
        """Make a folder with one of the manifests, and with every seed."""
        folder = parent / secrets.token_hex(3)
        folder.mkdir()
        for seed in [*MANIFESTS.glob("*.sql"), *MANIFESTS.glob("*.sh")]:
            shutil.copy(seed, folder)
        shutil.copy(MANIFESTS / f"{manifest}.yaml", folder / "environment.yaml")
        return cls(folder)

    @property
    def manifest(self) -> str:
        """What the label of everything that is made here says."""
        return str((self.folder / "environment.yaml").resolve())

    @property
    def state(self) -> Path:
        """Greenroom's state folder."""
        return self.folder / "state"

    @property
    def runs(self) -> Path:
        """Where Greenroom has a folder for each run."""
        return self.state / "greenroom" / "runs"

    @property
    def socket(self) -> Path:
        """Where the proxy listens."""
        return self.folder / "engine.sock"

    @property
    def events(self) -> Path:
        """Where a command writes what it does."""
        return self.folder / "events.jsonl"

    def environ(self, engine: str) -> Mapping[str, str]:
        """Return the environment for a command here, with the engine at this address."""
        ours = {name: value for name, value in os.environ.items() if name != "GREENROOM_RUN"}
        return ours | {"XDG_STATE_HOME": str(self.state), "DOCKER_HOST": engine}


def engine_socket() -> Path:
    """Return the real engine's socket. Raises ValueError when it is reached in another way."""
    named = os.environ.get("DOCKER_HOST") or USUAL_SOCKET
    if not named.startswith("unix://"):
        raise ValueError(f"the engine must be reached by a Unix socket, and DOCKER_HOST is {named}")
    return Path(named.removeprefix("unix://"))

"""What the tests of the command line have in common."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.engines.fake import FakeEngine

MANIFEST = """
name: shop
databases:
  ledger: {use: postgres, password: hunter22, ready: {log: ready}}
services:
  api:
    image: api:1
    ports: {http: 8000, admin: 9000}
    ready: {log: ready}
    env: {DATABASE_URL: "${ledger.url}"}
  worker: {image: worker:1, ready: {log: ready}}
  extra: {image: extra:1, ready: {log: ready}, profiles: [more]}
tests:
  command: sh -c "exit ${env:TESTS_END_WITH:-0}"
  env: {API_URL: "${api.url}"}
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


class Shop:
    """A folder with a manifest, its engines, and the command line."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture
        names = ("docker", "process", "adopted")
        self.engines: Mapping[str, FakeEngine] = {name: FakeEngine(name) for name in names}
        self.docker, self.process, self.adopted = self.engines.values()
        self.watchdogs: list[socket.socket] = []
        self.write(MANIFEST)
        for name in ("ledger", "api", "worker", "extra"):
            self.docker.says(name, f"{name} is ready")

    def write(self, text: str, folder: str = ".") -> Path:
        """Put a manifest into a folder."""
        path = self.folder / folder / "environment.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def greenroom(self, *arguments: str) -> Ended:
        """Run one command in this process."""
        self._capture.readouterr()
        code = main(arguments)
        return Ended(code, *self._capture.readouterr())

    def spawn(self, *_watchdog: object) -> tuple[socket.socket, None]:
        """Stand in for a watchdog: somebody is connected to us, and nothing more."""
        ours, its = socket.socketpair()
        self.watchdogs.append(its)
        return ours, None

    @property
    def up(self) -> list[str]:
        """What is there now, by resource."""
        return sorted(str(found.instance) for found in self.docker.world.instances.values())

    @property
    def left(self) -> int:
        """How many things there are, networks included."""
        worlds = [engine.world for engine in self.engines.values()]
        return sum(len(world.instances) + len(world.places) for world in worlds)

    @property
    def runs(self) -> list[str]:
        """The runs that there are."""
        return sorted({found.run for found in self.docker.world.places.values()})

"""A manifest whose database is seeded, sliced and kept, on a fake engine that keeps snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestrator import Environment
from orchestrator.engines.fake import FakeEngine
from orchestrator.model.event import Event, Noticed, StepStarted
from orchestrator.model.launch import State

MANIFEST: dict[str, Any] = {
    "name": "kept",
    "databases": {
        "ledger": {
            "use": "postgres:17",
            "seed": ["schema.sql", "task:migrate"],
            "isolation": "test",
        }
    },
    "tasks": {"migrate": {"image": "migrate:1", "env": {"URL": "${ledger.url}"}}},
    "services": {
        "api": {
            "image": "api:1",
            "env": {"URL": "${ledger.url}"},
            "follows": ["ledger"],
            "ready": {"exec": "true"},
        },
    },
}

LETS_IN = b"R\0\0\0\x08\0\0\0\0"
"""Postgres's answer to a client that it knows."""

FIRST = [
    "open docker",
    "start ledger",
    "ready ledger",
    "seed ledger 1 schema.sql",
    "start migrate",
    "ready migrate",
    "template ledger",
    "snapshot ledger",
    "store ledger",
    "start api",
    "ready api",
]
"""The steps of a first up."""

LATER = ["open docker", "restore ledger", "ready ledger", "start api", "ready api"]
"""The steps when a snapshot is there."""


class SeededPlace:
    """The manifest's folder, the engine, and what was told; images are here already."""

    def __init__(self, folder: Path, manifest: dict[str, Any] = MANIFEST) -> None:
        (folder / "schema.sql").write_text("create table rows (id int);")
        self.folder = folder
        self.manifest = manifest
        self.events: list[Event] = []
        self.docker = FakeEngine("docker", listening=True, snapshots=True)
        for image in ("postgres:17", "migrate:1", "api:1"):
            self.docker.world.images[image] = f"sha256:{image}"
        self.docker.replies("ledger", LETS_IN)
        self.finish_task()

    def finish_task(self) -> None:
        """Let the task do its work the next time, too."""
        self.docker.becomes("migrate", State("exited", 0))

    def environment(self, **settings: Any) -> Environment:
        return Environment.of(
            self.manifest,
            folder=self.folder,
            listen=self.events.append,
            engines={"docker": self.docker},
            **settings,
        )

    def up_once(self) -> None:
        """Bring it up and down, so that a snapshot is there."""
        with self.environment():
            pass
        self.finish_task()
        self.events.clear()
        self.docker.calls.clear()

    @property
    def keys(self) -> set[str]:
        return set(self.docker.world.snapshots)

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.events if isinstance(event, StepStarted)]

    @property
    def noticed(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Noticed)]

    def assert_nothing_left(self) -> None:
        assert self.docker.world.instances == {}
        assert self.docker.world.places == {}
        assert self.docker.world.servers == {}

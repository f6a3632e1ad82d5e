"""What the tests of the process engine share."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from orchestrator.engines.process import ProcessEngine
from orchestrator.engines.process.table import TABLE
from orchestrator.model.launch import Found, Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline, poll


def within(seconds: float = 30) -> Deadline:
    return Deadline.after(seconds)


def wait_until(true: Any) -> None:
    poll(true, within())


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie has ended."""
    entry = TABLE.entry(pid)
    return entry is not None and not entry.ended


class Bench:
    """An engine, a run that is open, and commands to start in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "runs"
        self.run = f"unit-{uuid.uuid4().hex[:10]}"
        self.labels = RunLabels(self.run, "e1", "unit", "/x/environment.yaml", "{}", 2_000_000_000)
        self.engine = ProcessEngine(self.root, grace=0.3)
        self.engine.open(self.labels, within())

    def launch(
        self, *argv: str, resource: str = "api", env: Mapping[str, str] | None = None, **more: Any
    ) -> Launch:
        return Launch(
            self.labels,
            Instance(resource),
            command=argv,
            env={**os.environ, **(env or {})},
            **{"workdir": str(self.folder), **more},
        )

    def python(self, script: str, **more: Any) -> Found:
        """Start a script; everything that it prints is in the log at once."""
        return self.start(sys.executable, "-u", "-c", script, **more)

    def sh(self, script: str, **more: Any) -> Found:
        return self.start("sh", "-c", script, **more)

    def start(self, *argv: str, **more: Any) -> Found:
        return self.engine.start(self.launch(*argv, **more), within())

    def sleeper(self, **more: Any) -> Found:
        return self.start("sleep", "1000", **more)

    def remove(self, found: Found) -> None:
        self.engine.remove(found, within())

    def texts(self, found: Found) -> list[str]:
        return [line.text for line in self.engine.logs(found, within())]

    def lines(self, found: Found, count: int = 1) -> list[str]:
        """The first lines that it prints, once they are there as a whole."""
        following = self.engine.logs(found, within(), follow=True)
        return [line.text for line in islice(following, count)]

    def await_end(self, found: Found) -> None:
        wait_until(lambda: not self.engine.state(found, within()).alive)

    def instances(self, engine: ProcessEngine | None = None) -> list[Found]:
        listed = (engine or self.engine).list(within(), self.run)
        return [found for found in listed if found.instance]

    def tidy(self) -> None:
        for found in self.instances():
            self.remove(found)
        self.engine.close(self.run, within())
        assert self.engine.list(within(), self.run) == []


def pid_of(found: Found) -> int:
    return int(found.id.split("-")[1])

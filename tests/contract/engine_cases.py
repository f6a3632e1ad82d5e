"""How the suite uses each engine: one small class for each, and the list of them at the end."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from host_servers import podman_is_chosen
from podman_engine import ONE_AT_A_TIME, need_podman

from orchestrator.engines.engine import Engine
from orchestrator.engines.fake import FakeEngine, World
from orchestrator.errors import EngineError, EngineUnavailable
from orchestrator.model.launch import Found, Launch, Publish, RunLabels, State
from orchestrator.model.resource import Instance
from orchestrator.model.snapshot import COPIED, DATA, snapshot_image
from orchestrator.waiting import Deadline, poll

LIVES = "here I am"
EXITS = "that is all"
EXIT_CODE = 3
PORT = 8000
STAND_INS = "localhost/greenroom-test/"


def within(seconds: float = 60) -> Deadline:
    return Deadline.after(seconds)


def reachable(port: int) -> bool:
    """Whether a connection to this port of the loopback opens."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Case:
    """One engine in the suite.

    `abilities` says what it can do beyond the least:

    - `programs`: what is started and executed really runs, so `program` and `shell` work
    - `ports`: what is started really listens on its host ports
    - `streams`: logs keep stdout and stderr apart
    - `files`: a launch's files are put in
    - `aliases`: instances of a run find each other by their aliases
    - `volumes`: images declare volumes, which are removed with the instance
    - `folders`: an instance may have a folder of its own, with its files in it
    - `snapshots`: data that an instance has copied aside is kept, and others begin with it
    - `moments`: the times of a log are finer than a second

    And of engines of `containers`:

    - `limits`: limits of memory and processors are kept
    - `health`: the health checks of images are carried out
    - `plain registries`: a registry on the loopback need not speak TLS
    - `drivers`: logs have settings of their own
    - `full`: what cannot take files is refused
    """

    name: ClassVar[str]
    abilities: ClassVar[frozenset[str]] = frozenset()
    marks: ClassVar[tuple[pytest.MarkDecorator, ...]] = ()

    @classmethod
    def environ(cls) -> dict[str, str]:
        """What leads to the engine, for the environment; may skip the test."""
        return {}

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: list[str] = []
        self.engine = self.another_engine()

    def another_engine(self) -> Engine:
        """An engine object that shares nothing with the others but the engine behind them."""
        raise NotImplementedError

    def lives(self, labels: RunLabels, resource: str = "ledger", **more: Any) -> Launch:
        """Something that prints LIVES and stays."""
        raise NotImplementedError

    def exits(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        """Something that prints EXITS and ends with EXIT_CODE."""
        raise NotImplementedError

    def cannot_start(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        """Something that the engine cannot start."""
        raise NotImplementedError

    def serves(self, labels: RunLabels, host: int, resource: str = "ledger") -> Launch:
        """With `ports`: something that answers HTTP on PORT, for which it gets this host port."""
        raise NotImplementedError

    def program(self, labels: RunLabels, resource: str, *argv: str, **more: Any) -> Launch:
        """With `programs`: something that runs this command."""
        raise NotImplementedError

    def scratch(self) -> str:
        """With `programs`: a folder that the instances and their commands may write to."""
        raise NotImplementedError

    def furnished(self, labels: RunLabels, script: str, **more: Any) -> Launch:
        """With `folders`: something that runs this script in a folder of its own."""
        raise NotImplementedError

    def copies(self, labels: RunLabels, text: str) -> Launch:
        """With `snapshots`: something that copies this text aside, as data, and says so."""
        raise NotImplementedError

    def restored(self, labels: RunLabels, key: str) -> Launch:
        """With `snapshots` and `programs`: something that prints the data of a snapshot."""
        raise NotImplementedError

    # The rest is the same for all.

    def shell(self, labels: RunLabels, resource: str, script: str, **more: Any) -> Launch:
        return self.program(labels, resource, "sh", "-c", script, **more)

    def new_run(self) -> RunLabels:
        """A run of its own, opened; all of it is removed after the test."""
        run = f"contract-{uuid.uuid4().hex[:10]}"
        self.runs.append(run)
        labels = RunLabels(run, "e1", "contract", "/tmp/environment.yaml", "{}", 2_000_000_000)
        self.engine.open(labels, within())
        return labels

    def start(self, launch: Launch) -> Found:
        return self.engine.start(launch, within())

    def has(self, labels: RunLabels) -> list[str]:
        """What an engine object that knows nothing finds of a run's instances."""
        found = self.another_engine().list(within(), labels.run)
        return [str(each.instance) for each in found if each.instance]

    def tidy(self) -> None:
        engine = self.another_engine()
        for run in self.runs:
            for found in engine.list(within(), run):
                if found.instance:
                    engine.remove(found, within())
            engine.close(run, within())
            assert engine.list(within(), run) == []


class FakeCase(Case):
    """The engine in memory. Its ports are real, what it starts is a script."""

    name = "fake"
    abilities = frozenset({"ports", "snapshots", "moments"})

    def __init__(self, folder: Path) -> None:
        self._world = World()
        super().__init__(folder)

    def another_engine(self) -> FakeEngine:
        engine = FakeEngine("fake", listening=True, snapshots=True, world=self._world)
        engine.fail("start", "nonsense", EngineError("cannot start nonsense: it makes none"))
        return engine

    def lives(self, labels: RunLabels, resource: str = "ledger", **more: Any) -> Launch:
        self.another_engine().says(resource, LIVES)
        return Launch(labels, Instance(resource), **more)

    def exits(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        engine = self.another_engine()
        engine.says(resource, EXITS)
        engine.becomes(resource, State("exited", EXIT_CODE))
        return Launch(labels, Instance(resource))

    def cannot_start(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        return Launch(labels, Instance("nonsense"))

    def serves(self, labels: RunLabels, host: int, resource: str = "ledger") -> Launch:
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
        self.another_engine().replies(resource, reply)
        return Launch(labels, Instance(resource), ports=(Publish(PORT, host),))

    def copies(self, labels: RunLabels, text: str) -> Launch:
        return self.lives(labels)


CONTAINERS = frozenset(
    {"containers", "programs", "ports", "streams", "files", "aliases", "volumes", "snapshots"}
)
"""What all engines of containers can do."""


class DockerCase(Case):
    """Whatever engine answers Docker's API here."""

    name = "docker"
    abilities = CONTAINERS | frozenset(
        {"moments", "limits", "health", "plain registries", "drivers", "full"}
    )
    marks = (pytest.mark.engine,)

    def another_engine(self) -> Engine:
        from orchestrator.engines.docker import DockerEngine

        return DockerEngine(os.environ)

    def lives(self, labels: RunLabels, resource: str = "ledger", **more: Any) -> Launch:
        return self.shell(labels, resource, f"echo {LIVES}; exec sleep 1000", **more)

    def exits(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        return self.shell(labels, resource, f"echo {EXITS}; exit {EXIT_CODE}")

    def cannot_start(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        return self.program(labels, resource, "no-such-command")

    def serves(self, labels: RunLabels, host: int, resource: str = "ledger") -> Launch:
        launch = self.program(labels, resource, "python3", "-m", "http.server", str(PORT))
        image = image_name("python:3.11-slim")
        return replace(launch, image=image, workdir="/etc", ports=(Publish(PORT, host),))

    def program(self, labels: RunLabels, resource: str, *argv: str, **more: Any) -> Launch:
        image = image_name("debian:12-slim")
        return Launch(labels, Instance(resource), image=image, command=argv, **more)

    def copies(self, labels: RunLabels, text: str) -> Launch:
        script = f"mkdir -p {DATA}; printf %s '{text}' > {DATA}/file; echo {LIVES}; exec sleep 1000"
        return self.shell(labels, "ledger", script)

    def restored(self, labels: RunLabels, key: str) -> Launch:
        launch = self.program(labels, "events", "cat", f"{DATA}/file")
        return replace(launch, image=snapshot_image(key))

    def scratch(self) -> str:
        return "/tmp"


class PodmanCase(DockerCase):
    """Podman's own socket, without root and without systemd, which runs its health checks."""

    name = "podman"
    abilities = CONTAINERS
    marks = (pytest.mark.engine, ONE_AT_A_TIME)

    @classmethod
    def environ(cls) -> dict[str, str]:
        return need_podman()


class ProcessCase(Case):
    """Commands on this host. Both streams go into one log, and names are the host's own."""

    name = "process"
    abilities = frozenset({"programs", "ports", "folders", "snapshots", "moments"})

    def another_engine(self) -> Engine:
        from orchestrator.engines.process import ProcessEngine

        return ProcessEngine(self.folder / "runs")

    def start(self, launch: Launch) -> Found:
        """A process binds its ports by itself, after the start: until then they are not taken."""
        found = super().start(launch)
        hosts = [port.host for port in launch.ports]
        poll(lambda: all(reachable(host) for host in hosts), within())
        return found

    def lives(self, labels: RunLabels, resource: str = "ledger", **more: Any) -> Launch:
        return self.shell(labels, resource, f"echo {LIVES}; exec sleep 1000", **more)

    def exits(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        return self.shell(labels, resource, f"echo {EXITS}; exit {EXIT_CODE}")

    def cannot_start(self, labels: RunLabels, resource: str = "ledger") -> Launch:
        return self.program(labels, resource, "no-such-command")

    def serves(self, labels: RunLabels, host: int, resource: str = "ledger") -> Launch:
        server = (sys.executable, "-m", "http.server", str(host), "--bind", "127.0.0.1")
        return replace(self.program(labels, resource, *server), ports=(Publish(PORT, host),))

    def program(self, labels: RunLabels, resource: str, *argv: str, **more: Any) -> Launch:
        env = {**os.environ, **more.pop("env", {})}
        folder = self.scratch()
        return Launch(labels, Instance(resource), command=argv, env=env, workdir=folder, **more)

    def furnished(self, labels: RunLabels, script: str, **more: Any) -> Launch:
        more = {"resource": "ledger", **more}
        launch = self.shell(labels, script=script, **more)
        folder = self.engine.describe(within()).folder
        own = f"{folder}/{labels.run}/{launch.instance}"
        return replace(launch, folder=own, workdir=own)

    def copies(self, labels: RunLabels, text: str) -> Launch:
        data = f"{COPIED}/data"
        script = f"mkdir -p {data}; printf %s '{text}' > {data}/file; echo {LIVES}; exec sleep 1000"
        return self.furnished(labels, script)

    def restored(self, labels: RunLabels, key: str) -> Launch:
        return self.furnished(labels, "cat data/file", resource="events", snapshot=key)

    def scratch(self) -> str:
        return str(self.folder)

    def tidy(self) -> None:
        super().tidy()
        shutil.rmtree(self.engine.describe(within()).folder, ignore_errors=True)


def image_name(name: str) -> str:
    """An image as the tests find it: under the user's prefix, else the stand-in if there is one."""
    prefix = os.environ.get("GREENROOM_IMAGE_PREFIX")
    if prefix is not None:
        return prefix + name
    from orchestrator.engines.docker import DockerEngine

    stand_in = STAND_INS + name
    return stand_in if DockerEngine(os.environ).image_id(stand_in, within()) else name


def borrowed(case: type[Case], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """An engine for one test, after which everything is removed, whatever became of it."""
    for name, value in case.environ().items():
        monkeypatch.setenv(name, value)
    found = case(folder)
    try:
        found.engine.describe(within(10))
    except EngineUnavailable as error:
        # A suite that passes because nothing was there to be tested would be worth nothing.
        pytest.fail(f"the {found.name} engine cannot be tested: {error.message}; {error.hint}")
    try:
        yield found
    finally:
        found.tidy()


CASES: tuple[type[Case], ...] = (FakeCase, DockerCase, PodmanCase, ProcessCase)
"""Every engine that keeps the contract. One more is one more class here."""


def needs(*abilities: str) -> pytest.MarkDecorator:
    """Run a test only on the engines that have these abilities."""
    return pytest.mark.parametrize("engine_case", parameters(*abilities), indirect=True)


def parameters(*abilities: str) -> list[Any]:
    return [
        pytest.param(case, id=case.name, marks=case.marks)
        for case in CASES
        if case.abilities.issuperset(abilities) and (case is not PodmanCase or podman_is_chosen())
    ]

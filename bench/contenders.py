"""Whoever is measured: what each does, in which order, and how it is cleaned up after."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench import compose, engine
from bench.place import ROOT, Place
from bench.processes import Child, CouldNotRun, timed
from bench.sheet import LABEL

GREENROOM = str(Path(sys.executable).with_name("greenroom"))


@dataclass(frozen=True)
class Contender:
    """One who is measured.

    `phases` are what it does in every round, by name, in seconds each. `clean` removes what it may
    have left, and is called whatever happened. `label` finds its containers while they are up, and
    `looks` says of them what has to be the same as the others'.
    """

    name: str
    phases: Mapping[str, Callable[[], float]]
    clean: Callable[[], None] = lambda: None
    label: str = ""
    looks: Callable[[str], Counter[str]] = engine.looks


def floor(place: Place) -> Contender:
    """The same containers by bare calls, as child processes."""
    argv = [sys.executable, "-m", "bench.floor"]

    def go(way: str) -> float:
        return timed([*argv, way, str(place.sheet)], cwd=ROOT, log=place.log(f"floor-{way}"))

    return Contender(
        "floor",
        {"up": lambda: go("up"), "down": lambda: go("down")},
        clean=lambda: engine.remove(place.token),
        label=f"{LABEL}={place.token}",
    )


def greenroom(
    place: Place,
    name: str = "greenroom",
    *words: str,
    env: Mapping[str, str] = os.environ,
) -> Contender:
    """Greenroom as the user types it, in the folder of the manifest; `words` come behind `up`."""
    env = {name: value for name, value in env.items() if name != "GREENROOM_RUN"}

    def go(way: str) -> float:
        log = place.log(f"greenroom-{way}")
        return timed(
            [GREENROOM, way, *(words if way == "up" else ())], cwd=place.folder, log=log, env=env
        )

    def clean() -> None:
        with suppress(CouldNotRun):
            go("down")

    return Contender(
        name,
        {"up": lambda: go("up"), "down": lambda: go("down")},
        clean=clean,
        label=f"greenroom.manifest={place.manifest.resolve()}",
    )


class Testcontainers:
    """testcontainers-python: one process that lives from `up` to `down`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._child: Child | None = None

    def up(self) -> float:
        """Start the process and wait until it says that all is ready."""
        self._child = Child(
            [sys.executable, "-m", "bench.testcontainers_peer", str(self._place.sheet)],
            cwd=ROOT,
            log=self._place.log("testcontainers"),
            env=os.environ | SETTINGS,
            talks=True,
        )
        return self._child.hear()

    def down(self) -> float:
        """Let it stop everything, and wait for its end."""
        assert self._child is not None
        self._child.go_on()
        return self._child.wait()

    def clean(self) -> None:
        """End the process, and remove what that has left."""
        if self._child is not None:
            self._child.end()
        engine.remove(self._place.token)


SETTINGS = {
    # Its reaper is one more container, of an image that is not needed for anything else.
    "TESTCONTAINERS_RYUK_DISABLED": "true",
    # Inside a container it would take the engine's gateway for this host, and wait in vain.
    "TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1",
    "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
}


def testcontainers(place: Place) -> Contender:
    """testcontainers-python, one server after another. Raises CouldNotRun when it is missing."""
    if not find_spec("testcontainers"):
        raise CouldNotRun("testcontainers is not installed")
    peer = Testcontainers(place)
    return Contender("testcontainers", {"up": peer.up, "down": peer.down}, clean=peer.clean)


def docker_compose(place: Place) -> Contender:
    """Docker Compose. Raises CouldNotRun when it is missing."""
    if not compose.installed():
        raise CouldNotRun("`docker compose` is not installed")
    file = compose.write(place)
    argv = ["docker", "compose", "--project-name", f"{LABEL}-{place.token}", "--file", str(file)]

    def go(*words: str) -> float:
        return timed([*argv, *words], cwd=place.folder, log=place.log(f"compose-{words[0]}"))

    def clean() -> None:
        with suppress(CouldNotRun):
            go("down", "--volumes")

    return Contender(
        "compose",
        {"up": lambda: go("up", "--wait"), "down": lambda: go("down", "--volumes")},
        clean=clean,
    )


def command(name: str, argv: list[str], folder: Path, **variables: str) -> Contender:
    """A command that does one thing and ends."""

    def go() -> float:
        return timed(argv, cwd=folder, log=folder / "command.log", env=os.environ | variables)

    return Contender(name, {"run": go})

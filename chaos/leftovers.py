"""What is left of a trial: on the engine, among the processes, on the disk."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from docker.errors import APIError

from chaos.host_traces import Traces, deserted_segments
from chaos.ledger import Ledger
from chaos.place import Place
from orchestrator.model.launch import MANIFEST

LOOK = 0.2
"""Seconds between two looks."""
PATIENCE = 10.0
"""Seconds after which what is still there is left."""


class Leftovers:
    """Looks for what a trial has left, from outside: it asks the engine itself, and Linux."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._client = ledger.client
        self._segments = set(deserted_segments())

    def of(self, place: Place) -> list[str]:
        """Return everything that is there, each in a few words."""
        return [
            *(f"container {one['Names'][0][1:]}" for one in self.containers(place)),
            *(f"network {one['Name']}" for one in self._networks(place)),
            *(f"volume {name[:12]}" for name in self._volumes(place)),
            *(f"process {pid} {command(pid)}" for pid in processes(place)),
            *(f"{path.name} in the state folder" for path in files(place)),
            *(f"folder {path}" for path in homes(place)),
            *(f"shared memory {number}" for number in deserted_segments().keys() - self._segments),
        ]

    def wait(self, place: Place, patience: float = PATIENCE) -> tuple[float, list[str]]:
        """Wait until nothing is left; return for how many seconds, and what is left at last."""
        began = time.monotonic()
        while (left := self.of(place)) and time.monotonic() - began < patience:
            time.sleep(LOOK)
        return time.monotonic() - began, left

    def remove(self, place: Place) -> None:
        """Remove by force what is left, so that it does not disturb the next trials."""
        for pid in processes(place):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(Traces(place.state).homes, ignore_errors=True)
        # It has no name: that of one trial must not be told of the next ones too.
        self._segments |= deserted_segments().keys()
        for container in self.containers(place):
            with suppress(APIError):
                self._client.remove_container(container["Id"], v=True, force=True)
        for network in self._networks(place):
            with suppress(APIError):
                self._client.remove_network(network["Id"])
        for name in self._volumes(place):
            with suppress(APIError):
                self._client.remove_volume(name, force=True)

    def containers(self, place: Place) -> list[dict[str, Any]]:
        """Return every container that the manifest's runs have, as the engine lists it."""
        return list(self._client.containers(all=True, filters=_made_by(place)))

    def _networks(self, place: Place) -> list[dict[str, Any]]:
        return list(self._client.networks(filters=_made_by(place)))

    def _volumes(self, place: Place) -> Iterator[str]:
        for name in self._ledger.volumes(place.manifest):
            with suppress(APIError):
                yield str(self._client.inspect_volume(name)["Name"])


def _made_by(place: Place) -> dict[str, str]:
    return {"label": f"{MANIFEST}={place.manifest}"}


def processes(place: Place) -> list[int]:
    """Return every process that was started with this trial's state folder, zombies aside.

    Servers are not told of it, and live in their own folders.
    """
    state = f"XDG_STATE_HOME={place.state}".encode()
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    servers = Traces(place.state).processes()
    return [pid for pid in numbers if pid in servers or _has(pid, state)]


def homes(place: Place) -> list[Path]:
    """Return the folder of every server of this host."""
    found = Traces(place.state).homes.glob("[!.]*/*")
    return sorted(path for path in found if path.is_dir())


def _has(pid: int, variable: bytes) -> bool:
    """Whether a process has this in its environment; that of a zombie is empty (proc(5))."""
    try:
        return variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def command(pid: int) -> str:
    """Return the beginning of a process's command line."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return "(gone)"
    return words.decode(errors="replace")[:120].strip()


def files(place: Place) -> list[Path]:
    """Return the runs' folders, and every socket."""
    # Unlike pathlib, this does not mind that folders vanish meanwhile.
    tree = [(Path(folder), folders, names) for folder, folders, names in os.walk(place.state)]
    runs = [path / name for path, folders, _ in tree if path == place.runs for name in folders]
    sockets = [path / name for path, _, names in tree for name in names]
    outside = (path for path in sockets if not path.is_relative_to(place.runs))
    return [*runs, *(path for path in outside if path.is_socket())]

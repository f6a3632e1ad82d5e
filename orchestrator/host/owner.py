"""Whose a run is: its labels, and who made it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from orchestrator.engines.process.table import TABLE
from orchestrator.model.launch import RunLabels
from orchestrator.model.manifest import Manifest

TIME_TO_LIVE = 2 * 3600.0
"""Seconds after which nobody needs a run any more, unless somebody says otherwise."""

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without those that are read for one another."""


def identity(manifest: Manifest) -> str:
    """Return what makes this manifest and user one environment: its name is only for display."""
    return hashlib.sha256(f"{manifest.path}\0{user()}".encode()).hexdigest()[:12]


def new_labels(manifest: Manifest, *, stays: bool, ttl: float = TIME_TO_LIVE) -> RunLabels:
    """Return the labels of a new run of this manifest; `stays` if it is to outlive its maker.

    `ttl` is how many seconds it is needed for at most.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", manifest.name.lower()).strip("-")[:20] or "environment"
    unique = "".join(secrets.choice(LETTERS) for _ in range(8))
    return RunLabels(
        run=f"{slug}-{unique}",
        environment=identity(manifest),
        name=manifest.name,
        manifest=manifest.path,
        owner=str(Owner.here()),
        expires=int(time.time() + ttl),
        stays=stays,
        instead=manifest.instead,
    )


@dataclass(frozen=True)
class Owner:
    """A process of some machine, so that others can tell whether it still lives.

    A process number alone says little: it is used again, after a reboot at the latest, and means
    another process in another pid namespace. `started` is in the process table's own unit.
    """

    host: str
    boot: str
    namespace: str
    user: str
    pid: int
    started: int

    @classmethod
    def here(cls) -> Self:
        """Return this very process."""
        pid = os.getpid()
        entry = TABLE.entry(pid)
        return cls(
            host=socket.gethostname(),
            boot=boot_id(),
            namespace=pid_namespace(),
            user=user(),
            pid=pid,
            started=entry.started if entry else 0,
        )

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the owner that a label names; None when it names none."""
        try:
            parts = json.loads(text)
            return cls(
                host=str(parts["host"]),
                boot=str(parts["boot"]),
                namespace=str(parts["namespace"]),
                user=str(parts["user"]),
                pid=int(parts["pid"]),
                started=int(parts["started"]),
            )
        except (ValueError, KeyError, TypeError):
            return None

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    def is_near(self, other: Owner) -> bool:
        """Whether the one's process numbers mean something to the other."""
        return (self.host, self.namespace) == (other.host, other.namespace)

    def is_alive(self) -> bool:
        """Whether this very process runs, on the machine that we are on."""
        entry = TABLE.entry(self.pid)
        same = entry is not None and entry.started == self.started and not entry.ended
        return same and self.boot == boot_id()


def user() -> str:
    """Return who we are to this machine."""
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")


def boot_id() -> str:
    """Return what is different after every boot: Linux says it, elsewhere the boot's time does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil

        return str(int(psutil.boot_time()))


def pid_namespace() -> str:
    """Return the pid namespace's name, empty where there are none."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""

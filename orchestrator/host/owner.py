"""Whose a run is: its labels, and who made it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import socket
import time
from pathlib import Path

import psutil

from orchestrator.model.launch import RunLabels
from orchestrator.model.manifest import Manifest

TIME_TO_LIVE = 2 * 3600
"""Seconds after which nobody needs a run any more, unless somebody says otherwise."""

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without those that are read for one another."""


def identity(manifest: Manifest) -> str:
    """Return what makes this manifest and user one environment: its name is only for display."""
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    return hashlib.sha256(f"{manifest.path}\0{user}".encode()).hexdigest()[:12]


def new_labels(manifest: Manifest, *, stays: bool) -> RunLabels:
    """Return the labels of a new run of this manifest; `stays` if it is to outlive its maker."""
    slug = re.sub(r"[^a-z0-9]+", "-", manifest.name.lower()).strip("-")[:20] or "environment"
    unique = "".join(secrets.choice(LETTERS) for _ in range(8))
    return RunLabels(
        run=f"{slug}-{unique}",
        environment=identity(manifest),
        name=manifest.name,
        manifest=manifest.path,
        owner=owner(),
        expires=int(time.time()) + TIME_TO_LIVE,
        stays=stays,
    )


def owner() -> str:
    """Return who we are, so that others can tell whether we still live.

    A process number alone says little: it is used again, after a reboot at the latest, and means
    another process in another pid namespace.
    """
    me = psutil.Process()
    return json.dumps(
        {
            "host": socket.gethostname(),
            "boot": boot_id(),
            "namespace": pid_namespace(),
            "user": os.getuid() if hasattr(os, "getuid") else me.username(),
            "pid": me.pid,
            "started": me.create_time(),
        }
    )


def boot_id() -> str:
    """Return what is different after every boot: Linux says it, elsewhere the boot's time does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))


def pid_namespace() -> str:
    """Return the pid namespace's name, empty where there are none."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""

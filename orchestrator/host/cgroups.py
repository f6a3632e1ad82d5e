"""What the cgroups of this process leave to it: CI jobs in containers have less than the machine.

Where a cgroup's files are: cgroups(7); what is in them: the kernel's documentation, "Control Group
v2" (`cpu.max`, `memory.max`), "CFS Bandwidth Control" and "Memory Resource Controller" for v1. A
limit of any cgroup above holds, too. Which processors may be used (cpuset) is not looked for here,
because the scheduler's affinity says so already.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

GROUPS, MOUNTS = "/proc/self/cgroup", "/proc/self/mountinfo"

CPU, MEMORY = "cpu", "memory"

Read = Callable[[str], str]
"""Returns the text of a file. Raises OSError."""


@dataclass(frozen=True)
class Left:
    """What may still be used: processors, and bytes of memory; infinite where nothing limits it."""

    processors: float = math.inf
    memory: float = math.inf


def read_text(path: str) -> str:
    """Return the text of a file; names of cgroups may be no text. Raises OSError."""
    return Path(path).read_text(encoding="utf-8", errors="replace")


def left(read: Read = read_text) -> Left:
    """Return what the cgroups of this process leave to it; everything where there are none."""
    return Left(
        processors=min(_each(read, CPU, _processors), default=math.inf),
        memory=min(_each(read, MEMORY, _memory), default=math.inf),
    )


Limit = Callable[[Read, str, bool], float]
"""What one cgroup allows, by its folder, and whether that is of version 2. Raises OSError."""


def _each(read: Read, controller: str, limit: Limit) -> Iterator[float]:
    """Yield what each cgroup allows that has a say; what cannot be read has none."""
    try:
        found = list(folders(read(GROUPS), read(MOUNTS), controller))
    except OSError:
        return
    for folder, unified in found:
        try:
            yield limit(read, folder, unified)
        except (OSError, ValueError, ArithmeticError):
            continue


def folders(groups: str, mounts: str, controller: str) -> Iterator[tuple[str, bool]]:
    """Yield the folders of a process's cgroups, its own first, and whether they are of version 2.

    `groups` and `mounts` are what the kernel says of the process; a controller belongs to one of
    the two versions, and has no files in the other.
    """
    for line in groups.splitlines():
        number, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        unified = number == "0" and not names
        if unified or controller in names.split(","):
            for root, mount in _mounts(mounts, None if unified else controller):
                yield from ((folder, unified) for folder in _upwards(root, mount, path))


def _mounts(mounts: str, controller: str | None) -> Iterator[tuple[str, str]]:
    """Yield which cgroup is to be seen where; without a controller those of version 2."""
    for line in mounts.splitlines():
        about, _, source = line.partition(" - ")
        fields, kind = about.split(" "), source.split(" ")
        if len(fields) < 5 or len(kind) < 3:
            continue
        if (
            kind[0] == "cgroup2"
            if controller is None
            else (kind[0] == "cgroup" and controller in kind[2].split(","))
        ):
            yield fields[3], fields[4]


def _upwards(root: str, mount: str, path: str) -> Iterator[str]:
    """Yield the folder of a cgroup and those above it, as far as they are to be seen.

    What is seen from inside of a container may begin elsewhere than the path does: then the whole
    of it is the container's.
    """
    below = posixpath.relpath(path, root)
    parts = [] if below == "." or below.startswith("..") else below.split("/")
    for depth in range(len(parts), -1, -1):
        yield "/".join([mount.rstrip("/"), *parts[:depth]])


def _processors(read: Read, folder: str, unified: bool) -> float:
    if unified:
        quota, period = read(f"{folder}/cpu.max").split()
        return math.inf if quota == "max" else int(quota) / int(period)
    share = int(read(f"{folder}/cpu.cfs_quota_us"))
    return share / int(read(f"{folder}/cpu.cfs_period_us")) if share > 0 else math.inf


def _memory(read: Read, folder: str, unified: bool) -> float:
    """Return how much is left; what only caches files is given up as soon as it is needed."""
    limit, used, cache = (
        ("memory.max", "memory.current", "inactive_file")
        if unified
        else ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    )
    most = read(f"{folder}/{limit}").strip()
    if most == "max":
        return math.inf
    counts = dict(line.split(" ", 1) for line in read(f"{folder}/memory.stat").splitlines())
    taken = int(read(f"{folder}/{used}")) - int(counts.get(cache, 0))
    return max(0, int(most) - max(0, taken))

"""The engine of containers: whether one answers, and what it can do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.doctor.finding import CONTAINERS, Around, Finding, ok, warning
from orchestrator.errors import EngineError
from orchestrator.waiting import Deadline

if TYPE_CHECKING:
    from orchestrator.engines.docker.about import About

GIGABYTE = 10**9
LITTLE_ROOM = 5 * GIGABYTE
"""A few images and a built one take that much."""
LITTLE_MEMORY = 2 * GIGABYTE
"""Half of it is gone with two databases."""


def engine(around: Around, deadline: Deadline) -> Iterator[Finding]:
    """Say which engine answers, and what of it is worth knowing."""
    from orchestrator.engines.docker.about import about

    try:
        found = about(around.environ, deadline)
    except EngineError as error:
        yield warning("engine", error.message, error.hint)
        return
    rootless = ", rootless" if found.rootless else ""
    words = f"{found.name} {found.version}{rootless} at {found.endpoint}, API {found.api}"
    yield replace(ok("engine", words), provides=(CONTAINERS,))
    yield _addresses(found)
    yield from _size(found)
    yield from _room(found)
    yield _builder(found, around)


def _addresses(found: About) -> Finding:
    address = found.endpoint.address
    if not found.endpoint.local:
        return ok("addresses", f"the engine is remote: ports are published on {address}")
    if found.runs_us:
        words = "this is a container of that engine, and joins the network of each run"
        return ok("addresses", words)
    return ok("addresses", f"ports are published on {address}, for this host only")


def _size(found: About) -> Iterator[Finding]:
    if not found.memory:
        return
    words = (
        f"{found.memory / GIGABYTE:.0f} GB of memory, {found.processors} processors, {found.system}"
    )
    if found.memory < LITTLE_MEMORY:
        yield warning("size", words, "give the engine more memory: servers get killed without it")
    else:
        yield ok("size", words)


def _room(found: About) -> Iterator[Finding]:
    """Say how much room there is where images are, if that is a folder of this host."""
    if not found.endpoint.local or not found.folder or not Path(found.folder).is_dir():
        return
    free = shutil.disk_usage(found.folder).free
    words = f"{free / GIGABYTE:.0f} GB free in {found.folder}"
    if free < LITTLE_ROOM:
        yield warning("room", words, '"greenroom prune" and "docker system prune" make room')
    else:
        yield ok("room", words)


def _builder(found: About, around: Around) -> Finding:
    from orchestrator.engines.docker.buildkit import Tool, find

    if found.podman:
        return ok("builds", "by Podman's own builder: all but secrets")
    tool = find(around.environ, found.endpoint)
    if isinstance(tool, Tool):
        return ok("builds", f"by BuildKit ({tool})")
    return warning("builds", f"without RUN --mount and secrets, because {tool.reason}", tool.hint)

"""Finds the Compose files of a project on this machine, as `docker compose` would."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.errors import UsageError
from orchestrator.host.manifests import HostFiles, shown_as, surroundings

if TYPE_CHECKING:
    from orchestrator.compose.translating import Translation

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""In this order: https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file"""

OVERRIDES = tuple(name.replace("compose.", "compose.override.") for name in NAMES)
"""What is laid over the file if nobody says which files are meant."""

CHOICE = "COMPOSE_FILE"
"""The variable that names the files, with the system's separator of paths between them."""


def found(given: Sequence[str], folder: Path, environ: Mapping[str, str]) -> list[Path]:
    """Return the files that are meant. Raises UsageError when there are none.

    Without any `given`, those that COMPOSE_FILE names, in the environment or in `.env`; else the
    first one of the usual names, with its override.
    """
    around = surroundings(folder, environ)
    separator = around.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    chosen = list(given) or [one for one in around.get(CHOICE, "").split(separator) if one]
    if chosen:
        paths = [folder / one for one in chosen]
        for path in paths:
            if not path.is_file():
                raise UsageError(f"there is no file {shown_as(path)}")
        return paths
    from orchestrator.manifest.words import listed

    files = [folder / name for name in NAMES if (folder / name).is_file()]
    if not files:
        raise UsageError(
            "there is no Compose file here",
            hint=f"name it, or go where there is {listed(NAMES, 'or')}",
        )
    overrides = [folder / name for name in OVERRIDES if (folder / name).is_file()]
    return [*files[:1], *overrides[:1]]


def read(paths: Sequence[Path], folder: Path, environ: Mapping[str, str]) -> Translation:
    """Translate a project for a manifest in `folder`. Raises ManifestError with every mistake."""
    from orchestrator.compose.nodes import Source
    from orchestrator.compose.notes import Notes
    from orchestrator.compose.reading.document import World
    from orchestrator.compose.translating import translated
    from orchestrator.technologies.installed import INSTALLED

    start = paths[0].resolve().parent
    sources = [Source(str(path.resolve()), shown_as(path), str(start)) for path in paths]
    world = World(HostFiles(), surroundings(start, environ), Notes(), keep=True)
    return translated(sources, world, technologies=INSTALLED, folder=str(folder.resolve()))

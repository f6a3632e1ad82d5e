"""All technologies that a manifest in some folder could name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import ManifestError, Problem, UsageError
from orchestrator.host.manifests import HostFiles, shown_as, surroundings, upwards
from orchestrator.manifest.own.finding import FOLDER, SUFFIX
from orchestrator.manifest.own.reading import read
from orchestrator.manifest.places import Source
from orchestrator.model.technology import Technology
from orchestrator.technologies.installed import INSTALLED


@dataclass(frozen=True)
class Known:
    """A technology, and who brings it: a file, a package, empty for Greenroom itself."""

    technology: Technology
    origin: str


def known(start: Path, environ: Mapping[str, str]) -> tuple[list[Known], list[Problem]]:
    """Return what a manifest here or above could name, and what is wrong with its own files.

    One of its own stands for any other of the same name.
    """
    own: dict[str, Known] = {}
    problems: list[Problem] = []
    for path in files(start):
        try:
            own[path.stem] = Known(described(path, environ), shown_as(path))
        except ManifestError as error:
            problems += error.problems
    others = (Known(INSTALLED[name], INSTALLED.origin(name)) for name in INSTALLED)
    return [*own.values(), *(one for one in others if one.technology.name not in own)], problems


def files(start: Path) -> Iterator[Path]:
    """Yield the files beside the manifest here or above; without one, those beside where we are."""
    try:
        folder = upwards(start).parent
    except UsageError:
        folder = start
    yield from sorted((folder / FOLDER).glob(f"*{SUFFIX}"))


def described(path: Path, environ: Mapping[str, str]) -> Technology:
    """Return the technology of a file. Raises ManifestError with every mistake."""
    shown = shown_as(path)
    try:
        text = HostFiles().read(str(path))
    except OSError as error:
        raise ManifestError(
            [Problem(shown, 0, 0, "", f"cannot be read: {error.strerror}")]
        ) from error
    place = Source(os.path.realpath(path), shown)
    return read(path.stem, text, place, surroundings(path.parent.parent, environ), HostFiles())

"""What loading may ask of the file system, so that it needs none itself."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import normpath
from pathlib import PurePath
from typing import Protocol

from orchestrator.manifest.words import nearest


class Files(Protocol):
    """The files beside a manifest; paths come resolved against the manifest's folder."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder at this path."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at this path."""
        ...

    def real(self, path: str) -> str:
        """The absolute path at which it really is, when every link has been followed."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError when they cannot be had."""
        ...

    def listing(self, path: str, most: int) -> list[str]:
        """The files in a folder and below, by their sorted paths in it; one over `most` ends it."""
        ...

    def names(self, path: str) -> list[str]:
        """The names of what is in a folder itself, sorted; none where it cannot be looked into."""
        ...

    def executable(self, path: str) -> bool:
        """Whether its owner may run the file."""
        ...


def project(folder: str, files: Files) -> str:
    """The project that a manifest in this folder belongs to: the nearest repository (`.git`)."""
    own = PurePath(folder)
    repositories = (each for each in (own, *own.parents) if files.exists(str(each / ".git")))
    return str(next(repositories, own))


def missing(path: str, files: Files, *, folder: bool = False) -> str:
    """That there is nothing at this path, with the name beside it that was probably meant.

    What is missing first may be a folder above it. The name is one of a `folder`, or of a file.
    """
    message = f"there is no {'folder' if folder else 'file'} {path}"
    whole = PurePath(normpath(path))
    for part in (whole, *whole.parents):
        if not files.is_folder(str(part.parent)):
            continue
        wants_folder = folder or part != whole
        beside = [
            name
            for name in files.names(str(part.parent))
            if files.is_folder(str(part.parent / name)) is wants_folder
        ]
        near = near_name(part.name, beside)
        return f'{message}; did you mean "{near}"?' if near else message
    return message


def near_name(wanted: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant: that two files end alike makes their names no nearer."""
    path = PurePath(wanted.lower())
    whole = {name.lower(): name for name in names}
    alike = {PurePath(name).stem: name for name in whole if PurePath(name).suffix == path.suffix}
    near = nearest(path.stem, alike)
    others = [name for name in whole if name not in alike.values()]
    found = alike[near] if near else nearest(wanted, others)
    return whole[found] if found else None


def led_out(path: str, project: str, files: Files) -> str | None:
    """Where a path in the project leads by a link, if that is outside; None: it does not.

    A path that leaves the project by its own words says so, and surprises nobody.
    """
    if not PurePath(normpath(path)).is_relative_to(project):
        return None
    real = files.real(path)
    return None if PurePath(real).is_relative_to(files.real(project)) else real

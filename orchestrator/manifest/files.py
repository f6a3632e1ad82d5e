"""What loading may ask of the file system, so that it needs none itself."""

from __future__ import annotations

from os.path import normpath
from pathlib import PurePath
from typing import Protocol


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

    def executable(self, path: str) -> bool:
        """Whether its owner may run the file."""
        ...


def project(folder: str, files: Files) -> str:
    """The project that a manifest in this folder belongs to: the nearest repository (`.git`)."""
    own = PurePath(folder)
    repositories = (each for each in (own, *own.parents) if files.exists(str(each / ".git")))
    return str(next(repositories, own))


def led_out(path: str, project: str, files: Files) -> str | None:
    """Where a path in the project leads by a link, if that is outside; None: it does not.

    A path that leaves the project by its own words says so, and surprises nobody.
    """
    if not PurePath(normpath(path)).is_relative_to(project):
        return None
    real = files.real(path)
    return None if PurePath(real).is_relative_to(files.real(project)) else real

"""One run at a time in a folder of artifacts: else one takes away what the other has written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestrator.artifacts.folder import Folder
from orchestrator.errors import UsageError
from orchestrator.host.flock import locked


@contextmanager
def alone(folder: Folder) -> Iterator[None]:
    """Have the folder for ourselves as long as the block runs; it is made if it is not there.

    The end of whoever has it, in whatever way, sets it free: what is locked is the folder itself,
    and nothing is put into it. Raises UsageError when somebody else has it, and where it is the
    folder in which we are, or one above: what is in there is not ours to overwrite.
    """
    if Path.cwd().is_relative_to(folder.path.resolve()):
        raise UsageError(
            f"artifacts need a folder of their own, and {folder.path} has your files in it",
            hint="name another one: --artifacts FOLDER",
        )
    descriptor = None
    # Whether it can be used at all is found out, and told, when it is prepared.
    with suppress(OSError):
        folder.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder.path, os.O_RDONLY)
    if descriptor is None:
        yield
        return
    try:
        if not locked(descriptor):
            raise taken(folder)
        yield
    finally:
        os.close(descriptor)


def taken(folder: Folder) -> UsageError:
    """Return the error for a folder in which somebody else writes."""
    return UsageError(
        f"another greenroom ci that still runs writes into {folder.path}",
        hint="let each have a folder of its own: --artifacts FOLDER",
    )

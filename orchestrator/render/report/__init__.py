"""A report of a run for a browser: one file, made of a folder of artifacts alone."""

from __future__ import annotations

from pathlib import Path

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.whole import write_whole

__all__ = ["is_one", "write"]


def is_one(folder: Folder) -> bool:
    """Whether there is anything in a folder that a report could be made of."""
    files = (folder.record, folder.events, folder.output)
    return any(file.is_file() for file in files) or any(folder.logs.glob("*.log"))


def write(folder: Folder, target: Path | None = None) -> Path:
    """Write the report of a folder into it, or to `target`, and return where it is.

    Raises OSError when it cannot be written; whatever is absent from the folder or broken in it is
    done without, and the report says so.
    """
    from orchestrator.render.report.making import report
    from orchestrator.render.report.material import gather

    path = target or folder.report
    write_whole(path, report(gather(folder)))
    return path

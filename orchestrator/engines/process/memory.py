"""Data in memory: of servers of which tests get copies, where this host has room for it.

    /dev/shm/greenroom-<digest>/<run>/<instance>/   to which `data` in the server's folder leads

A copy of a database is some hundred small files. In memory that takes the same few milliseconds
always, on a disk five to ten times as long.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from orchestrator.engines.process.folders import folder_of, remove_all, runs_below
from orchestrator.engines.process.mark import Mark

SHARED = Path("/dev/shm")  # noqa: S108 - what is in it belongs to us, or is not used

ROOM = 1 << 30
"""Bytes that have to be free: in containers there are 64 MB, which some copies would fill."""


@dataclass(frozen=True)
class Memory:
    """The runs' folders in memory, below `root`."""

    root: Path

    @classmethod
    def beside(cls, homes: Path) -> Self:
        """Return that of the servers whose own folders are there."""
        digest = hashlib.sha256(os.fsencode(homes)).hexdigest()[:12]
        return cls(SHARED / f"greenroom-{digest}")

    def make(self, mark: Mark, user: int | None) -> Path | None:
        """Make a folder for a server's data; None where there is no room, or it cannot be had."""
        place = folder_of(self.root, mark.run) / mark.instance
        try:
            if not self._has_room() or not self._is_ours():
                return None
            shutil.rmtree(place, ignore_errors=True)
            place.parent.mkdir(exist_ok=True)
            place.mkdir(mode=0o700)
            if user is not None:
                os.chown(place, user, -1)
                for folder in (self.root, place.parent):
                    folder.chmod(0o711)
        except OSError:
            return None
        return place

    def _has_room(self) -> bool:
        free = os.statvfs(SHARED)
        return free.f_bavail * free.f_frsize >= ROOM

    def _is_ours(self) -> bool:
        """Whether nobody else was here first: everybody may make folders beside it."""
        with suppress(FileExistsError):
            self.root.mkdir(mode=0o700)
        status = self.root.lstat()
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()

    def runs(self) -> list[str]:
        """The run of every folder."""
        return runs_below(self.root)

    def remove(self, mark: Mark) -> None:
        """Remove a server's data. Gone already is fine."""
        remove_all(folder_of(self.root, mark.run) / mark.instance)

    def remove_run(self, run: str) -> None:
        """Remove all data of a run. Gone already is fine."""
        remove_all(folder_of(self.root, run))
        # Nothing else of ours is there for longer than a run.
        with suppress(OSError):
            self.root.rmdir()

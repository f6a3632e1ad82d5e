"""The servers' own folders: what they are given, and where their data is.

    <root>/<run>/labels.json           whose run it is, for when its own folder does not tell
    <root>/<run>/<instance>/           a server's folder, for its own user alone
    <root>/<run>/<instance>/.start     the nonce of the start that it was made for

Some servers refuse to run as root. They cannot look into the folders of root's own, so that for
root all of these are elsewhere than the runs' folders, and a run may have one here alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from orchestrator.engines.process.folders import (
    LABELS,
    folder_of,
    labels_in,
    remove_all,
    runs_below,
)
from orchestrator.engines.process.mark import Mark
from orchestrator.engines.process.memory import Memory
from orchestrator.errors import EngineError
from orchestrator.model.launch import FileContent
from orchestrator.model.native import NATIVE_DATA as DATA
from orchestrator.model.native import NATIVE_TEMPORARY

FOR_ROOT = Path("/var/lib/greenroom")

NOBODY = "nobody"

MAKING_ATTEMPTS = 100
"""How often a folder is made again because one above it has been removed meanwhile as empty."""

START = ".start"
"""A file that says which start a folder is of."""


def is_root() -> bool:
    """Whether we are root, which some servers refuse to be."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def homes_root(state: Path) -> Path:
    """Return where the servers' folders are, for whoever keeps his state there."""
    if not is_root():
        return state / "servers"
    return FOR_ROOT / hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:12]


def unprivileged() -> int:
    """Return the number of the user that servers run as which refuse to be root."""
    import pwd

    try:
        return pwd.getpwnam(NOBODY).pw_uid
    except KeyError as error:
        raise EngineError(
            f"there is no user {NOBODY}, as whom servers could run that refuse to be root",
            hint="run greenroom as another user than root",
        ) from error


@dataclass(frozen=True)
class Homes:
    """All servers' folders, below `root`."""

    root: Path

    def of_run(self, run: str) -> Path:
        """Where those of a run are. Raises EngineError for what cannot be a run."""
        return folder_of(self.root, run)

    def of(self, mark: Mark) -> Path:
        """Where that of an instance is, made or not."""
        return self.of_run(mark.run) / mark.instance

    def make(
        self,
        mark: Mark,
        files: Iterable[FileContent],
        user: int | None,
        labels: Mapping[str, str] | None = None,
        *,
        memory: bool = False,
    ) -> Path:
        """Make a server's folder, empty but for these files. Raises EngineError.

        `labels` are its run's. With `memory` its data is to be there, if there is room.
        """
        home = self.of(mark)
        try:
            self._make_above(home)
            _note(home.parent / LABELS, labels or {})
            remove_all(home)
            home.mkdir(mode=0o700)
            (home / START).write_text(mark.nonce)
            (home / NATIVE_TEMPORARY).mkdir(mode=0o700)
            for file in files:
                _put(home, file)
            if memory and (place := self.memory.make(mark, user)):
                (home / DATA).symlink_to(place)
            if user is not None:
                give(home, user)
        except OSError as error:
            raise EngineError(
                f"cannot make the folder {home}: {error.strerror or error}",
                hint="see that there is room, and that you may write there",
            ) from error
        return home

    def _make_above(self, home: Path) -> None:
        """Make what is above a server's folder.

        Where we are root, everybody may pass through all of it: which of those that start at once
        is the first, and runs as whom, and what the umask is, must make no difference.
        """
        make_all(home.parent)
        if is_root():
            of_ours = [one for one in self.root.parents if one.is_relative_to(FOR_ROOT)]
            for folder in (home.parent, self.root, *of_ours):
                folder.chmod(0o711)

    @property
    def memory(self) -> Memory:
        """Where data of theirs is in memory."""
        return Memory.beside(self.root)

    def runs(self) -> list[str]:
        """The run of every folder, on the disk or in memory."""
        return sorted({*runs_below(self.root), *self.memory.runs()})

    def labels(self, run: str) -> dict[str, str]:
        """A run's labels, as they were noted when its first server was made."""
        return labels_in(self.of_run(run)) or {}

    def made(self, mark: Mark) -> float | None:
        """When the folder of this very start was made, in seconds since the epoch."""
        note = self.of(mark) / START
        try:
            return note.stat().st_mtime if note.read_text() == mark.nonce else None
        except OSError:
            return None

    def remove(self, mark: Mark) -> None:
        """Remove the folder of this very start. Gone, or another start's, is fine."""
        if self.made(mark) is not None:
            self.memory.remove(mark)
            remove_all(self.of(mark))

    def remove_run(self, run: str) -> None:
        """Remove all folders of a run, and what would stay empty behind the last of them."""
        self.memory.remove_run(run)
        remove_all(self.of_run(run))
        with contextlib.suppress(OSError):
            self.root.rmdir()


def make_all(folder: Path) -> None:
    """Make a folder and all above it, also while somebody removes there what is empty."""
    for attempt in range(1, MAKING_ATTEMPTS + 1):
        try:
            # The last of these is the root. It is there: of that macOS says IsADirectoryError.
            for one in reversed((folder, *folder.parents[:-1])):
                with contextlib.suppress(FileExistsError):
                    one.mkdir(mode=0o700)
        except FileNotFoundError:
            if attempt == MAKING_ATTEMPTS:
                raise
        else:
            return


def _note(path: Path, labels: Mapping[str, str]) -> None:
    """Write the labels, unless one of those that start at once was quicker."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(dict(labels), file)


def give(folder: Path, user: int) -> None:
    """Let a folder and all that is in it belong to a user."""
    os.chown(folder, user, -1)
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(path, name), user, -1, follow_symlinks=False)


def _put(home: Path, file: FileContent) -> None:
    target = home / PurePosixPath(file.target)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(file.data or b"")
    target.chmod(file.mode)

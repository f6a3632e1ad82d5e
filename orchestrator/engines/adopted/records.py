"""What is known on this host of what a run has adopted.

    <root>/<run>/labels.json              whose run it is
    <root>/<run>/<instance>/record.json   how one gets in, and what the run has made there
    <root>/<run>/<instance>/...           what leads clients to the server

Nobody else may look into any of it: there are passwords.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from orchestrator.engines.process.folders import LABELS, folder_of, labels_in, runs_below
from orchestrator.errors import EngineError
from orchestrator.model.conversation import Credentials
from orchestrator.model.launch import RUN, FileContent, Guest

RECORD = "record.json"


@dataclass(frozen=True)
class Record:
    """One thing that a run has adopted; `env` is that of clients, which leads to what was given.

    `begun` tells that the run may have made something there: until then nothing has to be dropped,
    and a server that never answered is in nobody's way.
    """

    labels: Mapping[str, str]
    guest: Guest
    env: Mapping[str, str] = field(default_factory=dict)
    begun: bool = False

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the record in a folder; None when there is none."""
        try:
            parts = json.loads((folder / RECORD).read_text())
            guest = parts["guest"]
            access = Credentials(**guest.pop("access"))
            return cls(parts["labels"], Guest(**guest, access=access), parts["env"], parts["begun"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, folder: Path) -> None:
        """Put it into a folder, whole or not at all. Raises EngineError."""
        try:
            written(folder / RECORD, json.dumps(asdict(self)).encode(), 0o600)
        except OSError as error:
            raise EngineError(
                f"cannot write {folder / RECORD}: {error.strerror}",
                hint="see that there is room, and that you may write there",
            ) from error


@dataclass(frozen=True)
class Records:
    """All runs' records, below `root`."""

    root: Path

    def of_run(self, run: str) -> Path:
        """Where those of a run are. Raises EngineError for what cannot be a run."""
        return folder_of(self.root, run)

    def of(self, run: str, instance: str) -> Path:
        """Where that of an instance is, made or not."""
        return self.of_run(run) / instance

    def open(self, run: str, labels: Mapping[str, str]) -> None:
        """Make a run's folder. Raises EngineError."""
        folder = self.of_run(run)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            written(folder / LABELS, json.dumps(dict(labels)).encode(), 0o600)
        except OSError as error:
            raise EngineError(
                f"cannot make the folder {folder}: {error.strerror}",
                hint="set XDG_STATE_HOME to a folder that you can write to",
            ) from error

    def make(self, run: str, instance: str, files: tuple[FileContent, ...]) -> Path:
        """Make an instance's folder with these files. Raises EngineError."""
        folder = self.of(run, instance)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            for file in files:
                target = folder / file.target
                target.parent.mkdir(mode=0o700, exist_ok=True)
                written(target, file.data or b"", file.mode)
        except OSError as error:
            raise EngineError(f"cannot make the folder {folder}: {error.strerror}") from error
        return folder

    def runs(self) -> list[str]:
        """The run of every folder."""
        return runs_below(self.root)

    def labels(self, run: str) -> dict[str, str]:
        """A run's labels as its folder tells them; only its name when the folder does not."""
        return {RUN: run} | (labels_in(self.of_run(run)) or {})

    def all(self, run: str) -> Iterator[tuple[str, Record]]:
        """Yield the name and the record of each instance of a run."""
        with suppress(OSError):
            for folder in sorted(self.of_run(run).iterdir()):
                if record := Record.read(folder):
                    yield folder.name, record

    def needed(self, run: str) -> Iterator[Path]:
        """Yield the folders of what may have been made on a server, and is not dropped.

        So may that of which the record cannot be read.
        """
        with suppress(OSError):
            for folder in sorted(self.of_run(run).iterdir()):
                record = Record.read(folder)
                if record.begun if record else (folder / RECORD).exists():
                    yield folder


def written(path: Path, data: bytes, mode: int) -> None:
    """Write a file under another name first, so that nobody reads half of it, or too early."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
    draft.replace(path)

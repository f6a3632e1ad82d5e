"""The runs' folders: what is on disk for the processes of a run.

    <root>/<run>/labels.json                            whose run it is
    <root>/<run>/processes/<instance>-<nonce>.log       what a process wrote
    <root>/<run>/processes/<instance>-<nonce>.json      its record

The records only add to what the processes' own environments tell; the engine works without them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.engines.process.mark import Mark, Record, is_run
from orchestrator.errors import EngineError
from orchestrator.model.launch import RUN

LABELS = "labels.json"


@dataclass(frozen=True)
class Files:
    """The files of one start of an instance."""

    log: Path
    record: Path

    def create_log(self) -> int:
        """Make the log and return its descriptor. Raises EngineError when the run is not open."""
        try:
            self.log.parent.mkdir(mode=0o700, exist_ok=True)
            return os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise EngineError(f"cannot make the log {self.log}: {error.strerror}") from error

    def write(self, record: Record) -> None:
        """Write the record, whole or not at all. Raises EngineError."""
        try:
            _write(self.record, str(record))
        except OSError as error:
            raise EngineError(f"cannot write {self.record}: {error.strerror}") from error

    def read(self) -> Record | None:
        """The record; None when there is none."""
        try:
            return Record.parse(self.record.read_text())
        except OSError:
            return None

    def remove(self) -> None:
        """Remove both. Gone already is fine."""
        for path in (self.record, self.log):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Folders:
    """All runs' folders, below `root`."""

    root: Path

    def of(self, run: str) -> Path:
        """Where a run's folder is, made or not. Raises EngineError for what cannot be a run."""
        return folder_of(self.root, run)

    def files(self, mark: Mark) -> Files:
        """Where the files of a start are."""
        base = self.of(mark.run) / "processes"
        name = f"{mark.instance}-{mark.nonce}"
        return Files(base / f"{name}.log", base / f"{name}.json")

    def mark_of(self, path: str) -> Mark | None:
        """Which start a file belongs to, by its path; None when it is no start's."""
        prefix = f"{self.root}/"
        if not path.startswith(prefix):
            return None
        match path.removeprefix(prefix).removesuffix(" (deleted)").split("/"):
            case [run, "processes", name]:
                instance, _, nonce = name.rpartition(".")[0].rpartition("-")
                return Mark.of(run, instance, nonce)
        return None

    def make(self, run: str, labels: Mapping[str, str]) -> None:
        """Make a run's folder, for nobody else to look into. Raises EngineError."""
        folder = self.of(run)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            _write(folder / LABELS, json.dumps(dict(labels)))
        except OSError as error:
            raise EngineError(
                f"cannot make the run's folder {folder}: {error.strerror}",
                hint="set XDG_STATE_HOME to a folder that you can write to",
            ) from error

    def runs(self) -> list[str]:
        """The run of every folder."""
        return runs_below(self.root)

    def labels(self, run: str) -> dict[str, str]:
        """A run's labels as its folder tells them; only its name when the folder does not."""
        return {RUN: run} | (labels_in(self.of(run)) or {})

    def starts(self, run: str) -> Iterator[Mark]:
        """Every start that has a record in a run's folder."""
        for path in sorted((self.of(run) / "processes").glob("*.json")):
            if mark := self.mark_of(str(path)):
                yield mark

    def remove(self, run: str) -> None:
        """Remove a run's folder. Gone already is fine. Raises EngineError when something stays."""
        remove_all(self.of(run))


def labels_in(folder: Path) -> dict[str, str] | None:
    """Return the labels that are kept in a folder; None when there are none."""
    try:
        labels = json.loads((folder / LABELS).read_text())
        return {str(key): str(value) for key, value in labels.items()}
    except (OSError, ValueError, AttributeError):
        return None


def runs_below(root: Path) -> list[str]:
    """Return the run of every folder that is below one."""
    try:
        return sorted(entry.name for entry in os.scandir(root) if _is_run_folder(entry))
    except OSError:
        return []


def folder_of(root: Path, run: str) -> Path:
    """Return the place of a run below a folder. Raises EngineError for what cannot be a run."""
    if not is_run(run):
        raise EngineError(f"{run!r} cannot be the name of a run")
    return root / run


def remove_all(folder: Path) -> None:
    """Remove a folder and all that is in it. Gone already is fine. Raises EngineError."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise EngineError(f"cannot remove {folder}: {error}") from error


def _is_run_folder(entry: os.DirEntry[str]) -> bool:
    return is_run(entry.name) and entry.is_dir(follow_symlinks=False)


def _write(path: Path, text: str) -> None:
    """Write a file under another name first, so that nobody reads half of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)

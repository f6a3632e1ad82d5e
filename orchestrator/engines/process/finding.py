"""Finds the processes of Greenroom's by the signs they carry, and reads what they tell.

The first sign is the mark in the environment. Servers that show a title in `ps` overwrite their
environment; of these the second sign tells: the log in the run's folder, into which they write.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from orchestrator.engines.process.entry import Entry, Table
from orchestrator.engines.process.folders import Folders
from orchestrator.engines.process.mark import MARK, RECORD, Mark, Record
from orchestrator.engines.process.table import TABLE
from orchestrator.errors import EngineError
from orchestrator.model.launch import RESOURCE, RUN, Found


@dataclass(frozen=True)
class Start:
    """One start of an instance: its mark, and its root process; `pid` is 0 when nobody knows it."""

    mark: Mark
    pid: int = 0
    started: int = 0

    @property
    def id(self) -> str:
        """What the engine knows it by."""
        return f"{self.mark.nonce}-{self.pid}-{self.started}"

    @property
    def identity(self) -> tuple[int, int]:
        """Which process of this host it is, for ever."""
        return self.pid, self.started

    @classmethod
    def of(cls, found: Found) -> Start:
        """The start that was found. Raises EngineError for what is none of this engine's."""
        nonce, _, root = found.id.partition("-")
        pid, _, started = root.partition("-")
        mark = Mark.of(found.run, found.labels.get(RESOURCE, ""), nonce)
        if mark is None or not (pid.isdecimal() and started.isdecimal()):
            raise EngineError(f"{found.id!r} is no process of Greenroom's")
        return cls(mark, int(pid), int(started))


@dataclass(frozen=True)
class Finder:
    """Looks through all processes and the runs' folders."""

    folders: Folders
    table: Table = TABLE

    def starts(self, run: str | None = None) -> dict[Start, Record]:
        """Every start of which a process or a record is left, of one run or of all."""
        processes = defaultdict[Mark, list[int]](list)
        for pid, mark in self.signs().items():
            if run in (None, mark.run):
                processes[replace(mark, helper=False)].append(pid)
        runs = (name for name in self.folders.runs() if run in (None, name))
        recorded = [mark for name in runs for mark in self.folders.starts(name)]
        return dict(
            self._described(mark, processes.get(mark, ()))
            for mark in sorted({*processes, *recorded}, key=str)
        )

    def signs(self, among: Iterable[int] | None = None) -> dict[int, Mark]:
        """The mark of every process that carries a sign."""
        pids = self.table.pids() if among is None else among
        return {pid: mark for pid in pids if (mark := self.mark(pid))}

    def mark(self, pid: int) -> Mark | None:
        """The mark of a process; None when it carries no sign."""
        text = variable(self.table.environment(pid), MARK)
        if text is not None:
            return Mark.parse(text)
        marks = (self.folders.mark_of(path) for path in self.table.outputs(pid))
        return next((mark for mark in marks if mark), None)

    def environment(self, pid: int) -> dict[str, str] | None:
        """The environment of a process; None when it cannot be read or was overwritten."""
        data = self.table.environment(pid)
        if data is None or variable(data, MARK) is None:
            return None
        pairs = (os.fsdecode(pair).partition("=") for pair in data.split(b"\0") if b"=" in pair)
        return {name: value for name, _, value in pairs}

    def told(self, pid: int) -> Record | None:
        """The record in a process's environment; None when it cannot be read."""
        text = variable(self.table.environment(pid), RECORD)
        return Record.parse(text) if text else None

    def _described(self, mark: Mark, pids: Iterable[int]) -> tuple[Start, Record]:
        """Return a start with its record, from the folder or else from the root's environment."""
        record = self.folders.files(mark).read()
        if record is None:
            root = self._root(pids, mark)
            record = self.told(root.pid) if root else None
            record = record or Record({RUN: mark.run, RESOURCE: mark.instance})
            if root:
                record = replace(record, pid=root.pid, started=root.started)
        return Start(mark, record.pid, record.started), record

    def _root(self, pids: Iterable[int], mark: Mark) -> Entry | None:
        """Return the oldest process whose parent is not of the same start."""
        entries = {entry.pid: entry for pid in pids if (entry := self.table.entry(pid))}
        roots = [
            entry
            for entry in entries.values()
            if entry.parent not in entries and not entry.ended and self.mark(entry.pid) == mark
        ]
        return min(roots, key=lambda entry: entry.started, default=None)


def variable(environment: bytes | None, name: str) -> str | None:
    """Return one variable's value out of an environment; None when it is not there."""
    if environment is None:
        return None
    _, found, rest = (b"\0" + environment).partition(b"\0" + os.fsencode(name) + b"=")
    return os.fsdecode(rest.partition(b"\0")[0]) if found else None


def alive(start: Start, everyone: Mapping[int, Entry]) -> bool:
    """Whether a start's root process is among these."""
    entry = everyone.get(start.pid)
    return entry is not None and entry.started == start.started

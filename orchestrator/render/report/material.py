"""All that a folder of artifacts holds, read; whatever is absent or broken is done without."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestrator.artifacts import events
from orchestrator.artifacts.folder import Folder, safe
from orchestrator.artifacts.record import FORMAT, Record, Verdict
from orchestrator.artifacts.spans import Outcome
from orchestrator.artifacts.timeline import Timeline
from orchestrator.render.report import logs
from orchestrator.render.report.logs import Log
from orchestrator.render.report.told_tests import Test, tests_of

OUTPUT = "output.log"
"""The name under which the log of the command is shown: no instance can be called so."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a report is made of; `notes` say in sentences what is missing."""

    folder: Folder
    record: Record | None
    timeline: Timeline
    tests: tuple[Test, ...]
    logs: tuple[Log, ...]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the environment."""
        told = self.record.name if self.record else self.timeline.name
        return told or "environment"

    @property
    def origin(self) -> float:
        """The time from which the report counts."""
        began = self.record.began if self.record else 0.0
        times = [one for one in (began, self.timeline.began) if one > 0 and math.isfinite(one)]
        return min(times, default=0.0)


def gather(folder: Folder) -> Material:
    """Read a folder."""
    notes: list[str] = []
    record = _record(folder, notes)
    told = tuple(events.read(folder))
    if not told and not (record and record.verdict is Verdict.NOT_STARTED):
        notes.append(f"No events were found ({folder.events.name}), so there is no timeline.")
    ran = tests_of(folder, record)
    timeline = Timeline.of(told, [one.record for one in ran if one.timed])
    names = [
        *(one.name for one in (record.resources if record else ())),
        *timeline.resources,
    ]
    windows = [(one.began, one.ended) for one in timeline.tests if one.failed]
    windows += [(one.began, one.ended) for one in timeline.spans if one.outcome is Outcome.FAILED]
    return Material(
        folder=folder,
        record=record,
        timeline=timeline,
        tests=ran,
        logs=tuple(logs.read(dict(_files(folder, names, record)), folder.path, windows)),
        notes=tuple(notes),
    )


def _record(folder: Folder, notes: list[str]) -> Record | None:
    try:
        record = Record.from_json(folder.record.read_bytes())
    except FileNotFoundError:
        notes.append(
            f"{folder.record.name} is not there: the run was killed, or has not come to its end."
        )
    except (OSError, ValueError):
        notes.append(
            f"{folder.record.name} cannot be read: it is not whole, or of another version."
        )
    else:
        if record.format > FORMAT:
            notes.append("A later version has written this: some of it may not be shown.")
        return record
    return None


def _files(folder: Folder, names: list[str], record: Record | None) -> Iterator[tuple[str, Path]]:
    """Yield the logs by the names of what wrote them, in the manifest's order; the command last."""
    # A link could lead to any file of whoever makes a report of somebody else's folder.
    found = [path for path in folder.logs.glob("*.log") if not path.is_symlink()]
    there = {folder.relative(path): path for path in sorted(found) if path.is_file()}
    told = {one.log: one.name for one in (record.resources if record else ()) if one.log}
    for name in dict.fromkeys(names):
        told.setdefault(folder.relative(folder.logs / f"{safe(name)}.log"), name)
    for file, name in told.items():
        if path := there.pop(file, None):
            yield name, path
    for path in there.values():
        yield path.stem, path
    if folder.output.is_file() and not folder.output.is_symlink():
        yield OUTPUT, folder.output

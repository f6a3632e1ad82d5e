"""What runs already, somewhere. A run notes what it has adopted; of the rest nothing is touched.

What a run makes there for itself (a database, its copies) has names that no other run has. The note
is there before any of it is, so that whoever removes the run finds all of it, in whatever process.
"""

from __future__ import annotations

import builtins
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.engines.adopted import places
from orchestrator.engines.adopted.records import Record, Records
from orchestrator.engines.process import commands
from orchestrator.engines.process.folders import remove_all
from orchestrator.errors import EngineError, Gone
from orchestrator.model.facts import EngineFacts
from orchestrator.model.launch import (
    PLACE,
    RUN,
    ExecResult,
    Found,
    Launch,
    LogLine,
    Opened,
    RunLabels,
    State,
)
from orchestrator.model.resource import ADOPTED
from orchestrator.waiting import Deadline

SERVER, FOLDER = "server", "folder"

GONE = "if that server is gone for good, remove {folder}"


class AdoptedEngine:
    """The engine called `adopted`; `root` is the folder of all runs' records."""

    name = ADOPTED

    def __init__(self, root: Path) -> None:
        self._records = Records(root)

    def describe(self, deadline: Deadline) -> EngineFacts:
        """Say where clients have their folders; servers are asked when it is their turn."""
        deadline.check()
        return EngineFacts(self.name, folder=str(self._records.root))

    def open(self, labels: RunLabels, deadline: Deadline) -> Opened:
        """Make the folder of a run's records."""
        deadline.check()
        self._records.open(labels.run, labels.labels())
        return Opened()

    def start(self, launch: Launch, deadline: Deadline) -> Found:
        """Note what is adopted, and put there what leads clients to it. Nobody is asked yet."""
        deadline.check()
        assert launch.guest is not None, f"{launch.instance} does not run yet"
        run, name = launch.labels.run, str(launch.instance)
        folder = self._records.make(run, name, launch.files)
        record = Record(launch.tags, launch.guest, launch.env)
        try:
            record.write(folder)
        except BaseException:
            remove_all(folder)
            raise
        return self._found(name, record)

    def make_own(self, found: Found, deadline: Deadline) -> Found:
        """Make the run's own place on the server, and return the same thing with its name on it."""
        folder, record = self._begun(found)
        name = places.make(record, folder, deadline)
        noted = replace(record, labels={**record.labels, PLACE: name})
        noted.write(folder)
        return self._found(found.name, noted)

    def state(self, found: Found, deadline: Deadline) -> State:
        """Say that it runs, as far as anybody here can know, while it is adopted."""
        deadline.check()
        if found.kind == FOLDER:
            there = self._records.of_run(found.run).is_dir()
        else:
            there = Record.read(self._folder(found)) is not None
        return State("running" if there else "gone")

    def exec(
        self,
        found: Found,
        argv: Sequence[str],
        deadline: Deadline,
        *,
        env: Mapping[str, str] | None = None,
        stdin: Iterable[bytes] | None = None,
        output: Callable[[str, bytes], None] | None = None,
    ) -> ExecResult:
        """Run a program of this host whose environment leads it to the server."""
        folder, record = self._begun(found)
        told = {**record.env, **(env or {})}
        return commands.run(argv, told, str(folder), deadline, stdin=stdin, output=output)

    def interactive(
        self,
        found: Found,
        argv: Sequence[str],
        env: Mapping[str, str],  # noqa: ARG002 - it is there already when the command line is run
    ) -> list[str]:
        """Return the command line that runs a program of this host on the user's terminal."""
        _, record = self._noted(found)
        path = record.env.get("PATH", os.defpath)
        program = shutil.which(argv[0], path=path) or argv[0]
        # It is run in the user's own environment, in which clients of clients have to be found too.
        return ["env", f"PATH={path}", program, *argv[1:]]

    def logs(
        self,
        found: Found,  # noqa: ARG002 - as the protocol says
        deadline: Deadline,
        *,
        follow: bool = False,  # noqa: ARG002
        since: str | None = None,  # noqa: ARG002
        tail: int | None = None,  # noqa: ARG002
    ) -> Iterator[LogLine]:
        """Yield nothing: its log is where it runs."""
        deadline.check()
        yield from ()

    def list(self, deadline: Deadline, run: str | None = None) -> builtins.list[Found]:
        """Everything that is noted, and the folders of the notes behind it."""
        deadline.check()
        runs = [one for one in self._records.runs() if run in (None, one)]
        instances = [
            self._found(name, record) for one in runs for name, record in self._records.all(one)
        ]
        return instances + [self._place(one) for one in runs]

    def remove(self, found: Found, deadline: Deadline) -> None:
        """Drop what the run has made on the server, and forget it; gone already is fine.

        Raises EngineError while that cannot be dropped; it stays noted until then.
        """
        deadline.check()
        if found.kind == FOLDER:
            return self.close(found.run, deadline)
        folder = self._folder(found)
        if record := Record.read(folder):
            try:
                places.drop(record, folder, deadline)
            except EngineError as error:
                error.hint = error.hint or GONE.format(folder=folder)
                raise
        remove_all(folder)
        return None

    def close(self, run: str, deadline: Deadline) -> None:
        """Remove the folder of a run's records. Gone already is fine.

        Raises EngineError while one of them is of something that has to be dropped: without it,
        nobody would know of that any more.
        """
        deadline.check()
        if kept := list(self._records.needed(run)):
            names = ", ".join(folder.name for folder in kept)
            raise EngineError(
                f"what the run has made on the servers of {names} is not dropped yet",
                hint=GONE.format(folder=kept[0]),
            )
        remove_all(self._records.of_run(run))

    def _folder(self, found: Found) -> Path:
        return self._records.of(found.run, found.name)

    def _begun(self, found: Found) -> tuple[Path, Record]:
        """Note that something may be made on the server from now on, where the run may do so."""
        folder, record = self._noted(found)
        if record.guest.name and not record.begun:
            record = replace(record, begun=True)
            record.write(folder)
        return folder, record

    def _noted(self, found: Found) -> tuple[Path, Record]:
        folder = self._folder(found)
        record = Record.read(folder)
        if record is None:
            raise Gone(f"{found.name} is not adopted any more")
        return folder, record

    def _found(self, name: str, record: Record) -> Found:
        run = record.labels.get(RUN, "")
        return Found(self.name, SERVER, f"{run}/{name}", record.labels, name)

    def _place(self, run: str) -> Found:
        return Found(self.name, FOLDER, run, self._records.labels(run), name=run)

"""Runs on this host: services and tasks that are only a `command`, and servers without a container.

Nothing is kept in memory that others could not find: a process carries its labels and ports in its
environment, and what has ended is known by its record in the run's folder. An exit code is told to
the Greenroom alone that started the process, which puts it into the record when it learns of it.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from orchestrator.engines.process import commands
from orchestrator.engines.process.checks import check_launch, check_ports
from orchestrator.engines.process.children import CHILDREN, ended_with, spawn
from orchestrator.engines.process.entry import Entry
from orchestrator.engines.process.family import KILL, Ending, entries, family
from orchestrator.engines.process.finding import Finder, Start, alive
from orchestrator.engines.process.folders import Files, Folders
from orchestrator.engines.process.homes import Homes, homes_root, is_root, unprivileged
from orchestrator.engines.process.keeping import Shelf
from orchestrator.engines.process.logs import Reader, Sightings
from orchestrator.engines.process.mark import MARK, RECORD, Mark, Record, without_marks
from orchestrator.engines.process.segments import remove_deserted
from orchestrator.engines.process.table import TABLE
from orchestrator.errors import EngineError, Gone
from orchestrator.model.facts import EngineFacts
from orchestrator.model.launch import (
    ExecResult,
    Found,
    Launch,
    Listener,
    LogLine,
    Opened,
    RunLabels,
    State,
)
from orchestrator.model.snapshot import COPIED, Snapshot
from orchestrator.waiting import Deadline

PROCESS, FOLDER = "process", "folder"

UNDO_SECONDS = 10.0


class ProcessEngine:
    """The engine called `process`; `root` is the folder of all runs' folders.

    `homes` is that of the servers' own folders, and of the snapshots of their data. `grace` is how
    many seconds a process has between being asked to end and being killed.
    """

    name = "process"

    def __init__(self, root: Path, homes: Path | None = None, *, grace: float = 2.0) -> None:
        self._folders = Folders(root.resolve())
        self._homes = Homes(homes or homes_root(root.parent))
        self._shelf = Shelf(self._homes.root)
        self._finder = Finder(self._folders)
        self._grace = grace
        self._sightings = defaultdict[str, Sightings](Sightings)
        self._recording = threading.Lock()

    def describe(self, deadline: Deadline) -> EngineFacts:
        """Say what this host is; it always answers."""
        deadline.check()
        return EngineFacts(self.name, snapshots=True, folder=str(self._homes.root))

    def open(self, labels: RunLabels, deadline: Deadline) -> Opened:
        """Make the run's folder, for nobody else to look into."""
        deadline.check()
        self._folders.make(labels.run, labels.labels())
        return Opened()

    def start(self, launch: Launch, deadline: Deadline) -> Found:
        """Start the command in a session of its own, writing into its log.

        Raises EngineError with words for a command that cannot be started, or for what only a
        container can have; PortTaken when somebody listens on one of its host ports.
        """
        deadline.check()
        check_launch(launch)
        check_ports(launch.ports)
        mark = Mark.new(launch.labels.run, str(launch.instance))
        record = Record(
            labels=launch.tags,
            ports={port.number: port.host for port in launch.ports},
            workdir=launch.workdir or str(Path.cwd()),
            user=unprivileged() if launch.rootless and is_root() else None,
            stop=launch.stop or (KILL.name if launch.folder else ""),
        )
        argv = (*(launch.entrypoint or ()), *(launch.command or ()))
        env = without_marks(launch.env) | {MARK: str(mark), RECORD: str(record)}
        if not launch.folder:
            return self._start(mark, record, argv, env)
        try:
            self._furnish(launch, mark, record.user, deadline)
            return self._start(mark, record, argv, env)
        except BaseException:
            self._homes.remove(mark)
            raise

    def _furnish(self, launch: Launch, mark: Mark, user: int | None, deadline: Deadline) -> None:
        """Make a server's own folder, with its data where that is kept."""
        labels = launch.labels.labels()
        home = self._homes.make(mark, launch.files, user, labels, memory=launch.memory)
        if launch.snapshot:
            self._shelf.give(launch.snapshot, home, deadline)

    def _start(
        self, mark: Mark, record: Record, argv: Sequence[str], env: Mapping[str, str]
    ) -> Found:
        files = self._folders.files(mark)
        try:
            root = self._start_root(mark, record, argv, env, files)
        except BaseException:
            files.remove()
            raise
        found = self._found(root, record)
        try:
            files.write(replace(record, pid=root.pid, started=root.started))
        except BaseException:
            self.remove(found, Deadline.after(UNDO_SECONDS))
            raise
        return found

    def _start_root(
        self, mark: Mark, record: Record, argv: Sequence[str], env: Mapping[str, str], files: Files
    ) -> Start:
        log = files.create_log()
        try:
            process = spawn(argv, env, record.workdir, user=record.user, stdout=log, stderr=log)
        finally:
            os.close(log)
        entry = TABLE.entry(process.pid)
        root = Start(mark, process.pid, entry.started if entry else 0)
        CHILDREN.add(root.identity, process, env)
        return root

    def _found(self, start: Start, record: Record) -> Found:
        # Whoever watches over a run lists it once a second: so its lines get their times.
        self._sightings[start.id].see(self._folders.files(start.mark).log)
        return Found(
            engine=self.name,
            kind=PROCESS,
            id=start.id,
            labels=record.labels,
            name=start.mark.instance,
            ports=record.ports,
            state=self._state(start),
        )

    def state(self, found: Found, deadline: Deadline) -> State:
        """How it is doing; there is no exit code if nobody of us was there when it ended."""
        deadline.check()
        if found.kind == FOLDER:
            return State("running" if self._folders.of(found.run).is_dir() else "gone")
        start = Start.of(found)
        self._sightings[start.id].see(self._folders.files(start.mark).log)
        return self._state(start)

    def _state(self, start: Start) -> State:
        child = CHILDREN.get(start.identity)
        if child:
            returned = child.process.poll()
            return State("running") if returned is None else self._note_end(start, returned)
        entry = TABLE.entry(start.pid)
        if entry and entry.started == start.started and not entry.ended:
            return State("running")
        record = self._folders.files(start.mark).read()
        if record is None and start.pid:
            return State("gone")
        if record is None or record.returned is None:
            return State("exited", detail="nobody was there to be told its exit code")
        return ended_with(record.returned)

    def _note_end(self, start: Start, returned: int) -> State:
        """Put the exit code, which only we are told, where others find it."""
        files = self._folders.files(start.mark)
        with self._recording:
            record = files.read()
            if record and record.returned is None:
                # Whoever asks for the state gets it, whether or not others can have it too.
                with contextlib.suppress(EngineError):
                    files.write(replace(record, returned=returned))
        return ended_with(returned)

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
        """Run a command in the folder and with the environment that the instance started with.

        The exit code is that of a shell, 127 for a command that was not found. What the command
        leaves in the background is removed with the instance. Raises Gone when that does not run.
        """
        start, record = self._running(found)
        mark = {MARK: str(replace(start.mark, helper=True))}
        surroundings = {**without_marks(self._environment(start)), **(env or {}), **mark}
        return commands.run(
            argv,
            surroundings,
            record.workdir,
            deadline,
            user=record.user,
            stdin=stdin,
            output=output,
        )

    def interactive(self, found: Found, argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """Return the command line that runs `argv` like `exec` does, but as the user's own.

        It names the variables only, and takes their values from the environment that it is run
        with, which has to hold `env`. Raises Gone when the instance does not run.
        """
        start, record = self._running(found)
        launcher = Path(__file__).with_name("beside.py")
        own = [sys.executable, "-I", str(launcher), str(start.pid), record.workdir]
        return [*own, *env, "--", *argv]

    def _running(self, found: Found) -> tuple[Start, Record]:
        """Return the start of a running instance, and what is recorded of it."""
        start = Start.of(found)
        state = self._state(start)
        if not state.alive:
            raise Gone(f"{start.mark.instance} does not run: {state}")
        return start, self._record(start) or Record(found.labels, workdir=str(Path.cwd()))

    def _record(self, start: Start) -> Record | None:
        return self._folders.files(start.mark).read() or self._finder.told(start.pid)

    def _environment(self, start: Start) -> Mapping[str, str]:
        """Return what it started with; where it has overwritten that, ours is the nearest."""
        child = CHILDREN.get(start.identity)
        return child.env if child else self._finder.environment(start.pid) or dict(os.environ)

    def logs(
        self,
        found: Found,
        deadline: Deadline,
        *,
        follow: bool = False,
        since: str | None = None,
        tail: int | None = None,
    ) -> Iterator[LogLine]:
        """Yield the log's lines, both streams as `stdout`; see `logs.py` about their times.

        Raises Gone when there is no log any more.
        """
        start = Start.of(found)
        reader = Reader(
            path=self._folders.files(start.mark).log,
            sightings=self._sightings[start.id],
            ended=lambda: not self._state(start).alive,
        )
        yield from reader.lines(deadline, follow=follow, since=since, tail=tail)

    def listeners(self, found: Found, deadline: Deadline) -> builtins.list[Listener] | None:
        """Where the instance's processes listen, if any is left; None where we may not see that."""
        # Only what has failed is looked at so closely, and psutil takes its time to import.
        from orchestrator.engines.process import listening

        deadline.check()
        everyone = entries()
        members = family(self._signed(Start.of(found), everyone), everyone)
        return listening.listeners(members) if members else []

    def was_long(self, found: Found, sizes: Mapping[str, int], at: float) -> None:
        """Learn how long an instance's log was at a moment."""
        start = Start.of(found)
        size = sizes.get(self._folders.files(start.mark).log.name)
        if size is not None:
            self._sightings[start.id].note(size, at)

    def list(self, deadline: Deadline, run: str | None = None) -> builtins.list[Found]:
        """Everything that carries a sign or has a record, and the runs' folders behind it."""
        deadline.check()
        starts = self._finder.starts(run)
        instances = [self._found(start, record) for start, record in starts.items()]
        places = {*self._folders.runs(), *self._homes.runs()}
        runs = [name for name in sorted(places) if run in (None, name)]
        return instances + [self._place(name) for name in runs]

    def _place(self, run: str) -> Found:
        # Whoever has deleted the one has not always seen the other.
        labels = {**self._homes.labels(run), **self._folders.labels(run)}
        return Found(self.name, FOLDER, run, labels, name=run)

    def remove(self, found: Found, deadline: Deadline) -> None:
        """End an instance with all its processes, and remove its log. Gone already is fine.

        Raises EngineError when a process may not be ended, TimedOut when one does not end.
        """
        deadline.check()
        if found.kind == FOLDER:
            return self.close(found.run, deadline)
        start = Start.of(found)

        def reap() -> None:
            CHILDREN.reap(start.identity)

        record = self._record(start)
        stop = record.stop if record else ""
        ending = Ending(start.pid, partial(self._signed, start), reap, self._grace, stop)
        ending.end(deadline)
        reap()
        self._free_memory(start, record, ending.leaders)
        CHILDREN.forget(start.identity)
        self._sightings.pop(start.id, None)
        self._homes.remove(start.mark)
        with self._recording:
            self._folders.files(start.mark).remove()
        return None

    def _signed(self, start: Start, everyone: Mapping[int, Entry]) -> Iterable[int]:
        """Return who carries a sign of this start, its root included."""
        signs = self._finder.signs(everyone)
        carriers = [pid for pid, mark in signs.items() if mark.nonce == start.mark.nonce]
        return [*carriers, start.pid] if alive(start, everyone) else carriers

    def _free_memory(self, start: Start, record: Record | None, members: Collection[int]) -> None:
        """Free what a server's processes would have freed if they had not been killed."""
        since = self._homes.made(start.mark)
        if since is None:
            return
        user = record.user if record and record.user is not None else os.geteuid()
        remove_deserted({start.pid, *members}, user, since)

    def close(self, run: str, deadline: Deadline) -> None:
        """Remove the run's folders with everything in them. Gone already is fine."""
        deadline.check()
        self._homes.remove_run(run)
        self._folders.remove(run)

    def has_snapshot(self, key: str, deadline: Deadline) -> bool:
        """Whether the data of this key is kept."""
        deadline.check()
        return self._shelf.has(key)

    def store(
        self,
        found: Found,
        snapshot: str,
        image: str | None,  # noqa: ARG002 - as the protocol says
        of: str,
        labels: RunLabels,  # noqa: ARG002
        deadline: Deadline,
    ) -> None:
        """Keep what has been copied aside in the server's folder."""
        deadline.check()
        self._shelf.keep(self._homes.of(Start.of(found).mark) / COPIED, snapshot, of)

    def snapshots(self, deadline: Deadline) -> builtins.list[Snapshot]:
        """All that is kept."""
        deadline.check()
        return [*self._shelf.all(self.name)]

    def remove_snapshot(self, key: str, deadline: Deadline) -> None:
        """Remove what is kept under a key; gone is fine."""
        deadline.check()
        self._shelf.remove(key)

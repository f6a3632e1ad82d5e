"""A process's hold on a run: as long as it lasts, the run's watchdog lets the run live."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from orchestrator.engines.process.mark import without_marks
from orchestrator.errors import NotKept
from orchestrator.host.lease import Lease, dial, run_folder
from orchestrator.host.owner import TIME_TO_LIVE, Owner
from orchestrator.model.launch import RunLabels
from orchestrator.waiting import Deadline, TimedOut, poll
from orchestrator.watchdog.jobs import without_job_marks

WATCH = Path(__file__).with_name("watch.py")
PACKAGES = Path(__file__).parents[2]
END_SECONDS = 2.0
"""How long the end of a watchdog that has nothing left to do is waited for."""


class Guard:
    """One process's hold on a run.

    It ends with `let_go`, or with the process in whatever way. The watchdog removes the run when
    nobody holds it any more, unless its lease lets it stand.
    """

    def __init__(
        self, folder: Path, connection: socket.socket, child: subprocess.Popen[bytes] | None = None
    ) -> None:
        self.folder = folder
        self._connection: socket.socket | None = connection
        self._child = child

    @classmethod
    def begin(cls, labels: RunLabels, environ: Mapping[str, str], engines: Iterable[str]) -> Self:
        """Start the watchdog of a new run, and make the run's folder.

        The watchdog comes first: from its start on, whatever the run leaves is removed. Raises
        NotKept when the folder cannot be made or the watchdog not be started.
        """
        folder, names = run_folder(labels.run, environ), tuple(engines)
        guard = cls(folder, *spawn(labels.run, folder, environ, names))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "labels.json").write_text(json.dumps(labels.labels()))
        except OSError as error:
            guard.let_go()
            raise NotKept(
                f"cannot make the run's folder {folder}: {error.strerror}",
                hint="set XDG_STATE_HOME to a folder that you can write to",
            ) from error
        Lease(float(labels.expires), engines=names).write(folder)
        return guard

    @classmethod
    def join(cls, run: str, environ: Mapping[str, str]) -> Self | None:
        """Hold a run that is up; None when it is not this user's on this machine.

        One that lost its watchdog, say by the end of a CI step, gets another.
        """
        folder = run_folder(run, environ)
        lease = Lease.read(folder)
        if lease is None:
            return None
        connection = introduced(dial(folder))
        if connection is None:
            return cls(folder, *spawn(run, folder, environ, lease.engines))
        return cls(folder, connection)

    def stand(self, seconds: float = TIME_TO_LIVE) -> None:
        """Let the run live on without us, for so many seconds from now."""
        lease = Lease.read(self.folder) or Lease(0)
        end = time.time() + seconds
        replace(lease, expires=end, standing=True, unfinished=()).write(self.folder)

    def change(self, names: Iterable[str], engines: Iterable[str] = ()) -> None:
        """Note that these are made anew: should we end meanwhile, they are not to be trusted.

        On these `engines` something of the run may be from now on.
        """
        lease = Lease.read(self.folder)
        if lease:
            everywhere = tuple(dict.fromkeys((*lease.engines, *engines)))
            replace(lease, unfinished=tuple(names), engines=everywhere).write(self.folder)

    def fall(self) -> None:
        """Let the run not outlive its users, of whom we are one: it is about to be removed."""
        if self._connection is None:
            self._connection = introduced(dial(self.folder))
        lease = Lease.read(self.folder)
        if lease:
            replace(lease, standing=False).write(self.folder)

    def let_go(self) -> None:
        """Hold the run no longer."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def done(self) -> None:
        """Tell the watchdog that nothing of the run is left, and remove the run's folder."""
        import shutil

        if self._connection:
            with suppress(OSError):
                self._connection.sendall(b"done")
        self.let_go()
        self._wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        """Wait for the end of a watchdog that is our child, so that it is no zombie."""
        child = self._child
        if child is None:
            return
        try:
            poll(lambda: child.poll() is not None, Deadline.after(END_SECONDS), first=0.001)
        except TimedOut:
            child.kill()
            child.wait()


def introduced(connection: socket.socket | None) -> socket.socket | None:
    """Say who we are to the watchdog that we are connected to; None when there is none."""
    if connection is None:
        return None
    me = Owner.here()
    try:
        connection.sendall(f"{me.pid} {me.started}".encode())
    except OSError:
        connection.close()
        return None
    return connection


def spawn(
    run: str, folder: Path, environ: Mapping[str, str], engines: Iterable[str]
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start a watchdog that we are connected to. Raises NotKept when it cannot be."""
    ours, its = socket.socketpair()
    me = Owner.here()
    numbers = [str(me.pid), str(me.started)]
    argv = [sys.executable, "-I", "-S", str(WATCH), run, str(folder), *numbers, str(PACKAGES)]
    try:
        child = subprocess.Popen(
            [*argv, *engines],
            cwd=os.sep,
            env=without_job_marks(without_marks(environ)),
            stdin=its.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        raise NotKept(
            f"cannot start the watchdog of {run}: {error.strerror}",
            hint="end what this user no longer needs, or raise its limit of processes (ulimit -u)",
        ) from error
    finally:
        its.close()
    return ours, child

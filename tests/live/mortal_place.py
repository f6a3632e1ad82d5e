"""A folder with a manifest, and the programs that are started, killed and looked for there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
from host_servers import forget_servers
from late_clock import late_greenroom

from orchestrator.engines.process.homes import homes_root
from orchestrator.lifecycle.survey import survey
from orchestrator.lifecycle.sweeping import watched_runs
from orchestrator.waiting import Deadline, poll

WITHIN = 60.0
"""Seconds after which what is there will never go; how soon it goes, `chaos/` measures."""

SECONDS = 60.0


class Place:
    """A folder with a manifest, a state folder, and the programs that were started there."""

    def __init__(self, folder: Path, environ: dict[str, str], manifest: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.environ = {
            **environ,
            "PYTHONUNBUFFERED": "1",
            "XDG_STATE_HOME": str(self.state),
        }
        self.programs: list[subprocess.Popen[str]] = []
        self.write(manifest)

    def write(self, manifest: str) -> None:
        (self.folder / "environment.yaml").write_text(manifest)

    def end(self) -> None:
        """End what was started, and see that nothing stays."""
        for program in self.programs:
            # What it has started may live on, and hold its output open.
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.communicate()
        try:
            self.wait_until_nothing_is_left()
        finally:
            # What a test that failed has left up would stay until its time is over.
            for run in self.runs:
                self.greenroom("down", run)
            forget_servers(self.state)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `greenroom` in a session of its own."""
        return self._start(sys.executable, "-m", "orchestrator", *arguments)

    def start_late(self, happened: str, words: str, *arguments: str) -> subprocess.Popen[str]:
        """Start it so that all time is over once the words are in a file of this folder."""
        program = self.folder / "late-greenroom"
        late_greenroom(program, self.folder / happened, words)
        return self._start(str(program), *arguments)

    def _start(self, *argv: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            argv,
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.programs.append(program)
        return program

    def greenroom(self, *arguments: str) -> str:
        """Run `greenroom` to its end and return what it printed."""
        program = self.start(*arguments)
        output, _ = program.communicate(timeout=SECONDS)
        assert program.returncode == 0, output
        return output

    def left(self) -> list[str]:
        """What there is of this folder's runs: things of the engines, folders, watchdogs."""
        manifest = str(self.folder / "environment.yaml")
        runs = [run for run in survey(self.environ).runs if run.manifest == manifest]
        things = [f"{thing.kind} {thing.name}" for run in runs for thing in run.things]
        homes = [f"folder {path}" for path in homes_root(self.state / "greenroom").glob("[!.]*")]
        watchdogs = [f"watchdog of {run}" for run in watched_runs() & set(self.runs)]
        return things + homes + watchdogs

    @property
    def runs(self) -> list[str]:
        """The runs that have a folder."""
        folders = self.state / "greenroom" / "runs"
        return [path.name for path in folders.iterdir()] if folders.exists() else []

    def wait_until_nothing_is_left(self, seconds: float = WITHIN) -> None:
        poll(lambda: not self.left(), Deadline.after(seconds))

    @property
    def napper(self) -> psutil.Process:
        """The process on this host."""
        [found] = [
            process for process in psutil.process_iter() if is_napper(process, str(self.folder))
        ]
        return found


def is_napper(process: psutil.Process, folder: str) -> bool:
    """Whether it is that shell, and not a child that has not become another program yet."""
    try:
        leads = os.getsid(process.pid) == process.pid
        return leads and process.cmdline()[:2] == ["sh", "-c"] and process.cwd() == folder
    except (psutil.Error, OSError):
        return False


def until(program: subprocess.Popen[str], words: str) -> str:
    """Read what a program prints until these words come, and return it."""
    assert program.stdout
    output = ""
    while words not in output:
        line = program.stdout.readline()
        assert line, f"it ended without {words!r}:\n{output}"
        output += line
    return output


def kill(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()


def watchdogs(place: Place) -> list[psutil.Process]:
    """The watchdogs of this folder's runs."""
    folder = str(place.folder)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(folder) for word in process.info["cmdline"] or [])
        and any(word.endswith("watch.py") for word in process.info["cmdline"])
    ]

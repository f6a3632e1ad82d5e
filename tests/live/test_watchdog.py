"""Whoever dies, in whatever way: nothing of a run is left. With real containers and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from orchestrator.lifecycle.survey import survey
from orchestrator.lifecycle.sweeping import watched_runs
from orchestrator.waiting import Deadline, poll

pytestmark = pytest.mark.engine

MANIFEST = """
name: mortal
databases:
  cache: {use: redis}
services:
  napper: {command: [sh, -c, "echo awake; sleep 600"], ready: {log: awake}}
  %s
"""
SLOW = 'slow: {image: "python:3.11-slim", command: [sleep, "600"], ready: {log: never}}'

WITHIN = 5.0
"""Seconds within which everything is gone."""

SECONDS = 60.0


class Place:
    """A folder with a manifest, a state folder, and the programs that were started there."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = {**environ, "PYTHONUNBUFFERED": "1"}
        self.programs: list[subprocess.Popen[str]] = []
        self.write()

    def write(self, more: str = "") -> None:
        (self.folder / "environment.yaml").write_text(MANIFEST % more)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `greenroom` in a session of its own."""
        program = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *arguments],
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
        folders = self.folder / "state" / "greenroom" / "runs"
        known = [path.name for path in folders.iterdir()] if folders.exists() else []
        return things + [f"watchdog of {run}" for run in watched_runs() & set(known)]

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
    try:
        return process.cmdline()[:2] == ["sh", "-c"] and process.cwd() == folder
    except (psutil.Error, IndexError):
        return False


def until(program: subprocess.Popen[str], words: str) -> None:
    """Read what a program prints until these words come."""
    assert program.stdout
    output = ""
    while words not in output:
        line = program.stdout.readline()
        assert line, f"it ended without {words!r}:\n{output}"
        output += line


@pytest.fixture
def place(tmp_path: Path, live_environ: dict[str, str]) -> Iterator[Place]:
    environ = {**live_environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    made = Place(tmp_path, environ)
    yield made
    for program in made.programs:
        # What it has started may live on, and hold its output open.
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()
    made.wait_until_nothing_is_left(30)


def kill(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()


def test_killed_on_the_way_up(place: Place) -> None:
    place.write(SLOW)
    program = place.start("up")
    until(program, "slow    started")
    kill(program)
    place.wait_until_nothing_is_left()


def test_killed_while_the_tests_run_with_its_whole_group(place: Place) -> None:
    program = place.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    os.killpg(program.pid, signal.SIGKILL)
    place.wait_until_nothing_is_left()


def test_an_up_stays_when_it_ends_and_goes_when_its_time_is_over(place: Place) -> None:
    place.greenroom("up", "--ttl", "3s")
    assert any("cache" in one for one in place.left())
    place.wait_until_nothing_is_left(3 + WITHIN)


def test_extend_moves_the_end(place: Place) -> None:
    place.greenroom("up", "--ttl", "2s")
    output = place.greenroom("extend", "--ttl", "1h")
    assert " is up until " in output
    time.sleep(3)  # The point is that time passes, and nothing happens.
    assert len(place.left()) >= 4
    assert "its watchdog looks after it until" in place.greenroom("ps")
    place.greenroom("down")


def test_whoever_uses_it_keeps_it_beyond_its_time(place: Place) -> None:
    place.greenroom("up", "--ttl", "2s")
    user = place.start("logs", "--follow", "napper")
    until(user, "awake")
    time.sleep(3)  # As above.
    assert len(place.left()) >= 4
    kill(user)
    place.wait_until_nothing_is_left()


def test_a_killed_down_is_finished_by_the_watchdog(place: Place) -> None:
    place.greenroom("up")
    program = place.start("down", "--events", "-")
    until(program, '"StepStarted"')
    kill(program)
    place.wait_until_nothing_is_left()


def test_a_second_signal_leaves_the_removal_to_the_watchdog(place: Place) -> None:
    program = place.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    # A process that does not want to end makes removal last for two seconds.
    place.napper.send_signal(signal.SIGSTOP)
    program.send_signal(signal.SIGTERM)
    until(program, "interrupted; everything is being removed")
    program.send_signal(signal.SIGTERM)
    output, _ = program.communicate(timeout=SECONDS)
    assert output.endswith("removal is left to the watchdog, which goes on\n")
    assert program.returncode == 143
    place.wait_until_nothing_is_left()


def test_without_its_watchdog_the_next_command_sweeps(place: Place) -> None:
    program = place.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    [watchdog] = watchdogs(place)
    watchdog.kill()
    kill(program)
    assert place.left()
    output = place.greenroom("ps")
    assert f"is removed: process {program.pid}, which made it, is gone\n" in output
    assert output.count(str(place.folder)) == 0
    assert place.left() == []


def test_prune_shows_and_removes_what_is_ownerless_and_nothing_else(place: Place) -> None:
    place.greenroom("up")
    [up] = {path.name for path in (place.folder / "state/greenroom/runs").iterdir()}
    program = place.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    [watchdog] = [one for one in watchdogs(place) if up not in one.cmdline()]
    watchdog.kill()
    kill(program)
    shown = place.greenroom("prune", "--dry-run")
    assert "which made it, is gone" in shown
    assert up not in shown
    assert len(place.left()) > 5
    place.greenroom("prune", "--yes")
    assert up in place.greenroom("ps")
    place.greenroom("down")


def watchdogs(place: Place) -> list[psutil.Process]:
    """The watchdogs of this folder's runs."""
    folder = str(place.folder)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(folder) for word in process.info["cmdline"] or [])
        and any(word.endswith("watch.py") for word in process.info["cmdline"])
    ]


def test_a_death_is_told_when_it_happens_and_in_the_end(place: Place) -> None:
    program = place.start("run", "--", "sleep", "3")
    until(program, "running sleep")
    place.napper.kill()
    until(program, "DIED: exited with code 137")
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 75
    assert "error: napper exited with code 137" in output


def test_what_failed_is_kept_if_wanted(place: Place) -> None:
    program = place.start("run", "--keep", "failed", "--", "false")
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 1
    run = output.partition("run ")[2].partition(",")[0]
    assert f"{run} is kept until " in output
    assert f"greenroom logs --run {run} " in output
    assert "awake" in place.greenroom("logs", "--run", run, "napper")
    assert place.greenroom("exec", "--run", run, "napper", "--", "echo", "inside") == "inside\n"
    place.greenroom("down", run)
    assert place.left() == []


def test_the_time_for_all_of_it_ends_it_with_what_was_known(place: Place) -> None:
    place.write(SLOW)
    program = place.start("up", "--timeout", "4s")
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 75
    assert "when the time for all of it (--timeout) was over" in output
    assert "next: if it needs more time, give the whole more: --timeout 10m" in output
    assert "state        running" in output
    place.wait_until_nothing_is_left()


def test_the_time_for_all_of_it_includes_the_tests(place: Place) -> None:
    program = place.start("run", "--timeout", "6s", "--", "sleep", "60")
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 75
    assert "error: sleep was not done when the time for all of it (--timeout) was over" in output
    place.wait_until_nothing_is_left()


def test_an_interrupt_says_what_was_waited_for(place: Place) -> None:
    place.write(SLOW)
    program = place.start("up", "--verbose")
    until(program, "slow    answer: ")
    program.send_signal(signal.SIGTERM)
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 143
    assert "slow    stopped while waiting until it is ready, after " in output
    assert "last answer: " in output
    assert "state: running" in output
    place.wait_until_nothing_is_left()

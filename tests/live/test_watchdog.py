"""Whoever dies, in whatever way: nothing of a run is left. With real containers and processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_servers import ENGINES, need_programs, settings
from mortal_place import SECONDS, Place, kill, until, watchdogs

from orchestrator.host.lease import Lease, run_folder

MANIFEST = """
name: mortal
databases:
  cache: {use: redis}
services:
  napper: {command: [sh, -c, "echo awake; sleep 600"], ready: {log: awake}}
"""
SLOW = {
    "docker": 'slow: {image: "python:3.11-slim", command: [sleep, "600"], ready: {log: never}}',
    "process": 'slow: {command: [sleep, "600"], ready: {log: never}}',
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    need_programs(name, "redis")
    return name


@pytest.fixture
def place(engine: str, tmp_path: Path, live_environ: dict[str, str]) -> Iterator[Place]:
    made = Place(tmp_path, live_environ, manifest(engine))
    yield made
    made.end()


def manifest(engine: str, more: str = "") -> str:
    first = "".join(f"{name}: {value}\n" for name, value in settings(engine).items())
    return f"{first}{MANIFEST}  {more}\n"


@pytest.fixture
def slow_place(engine: str, place: Place) -> Place:
    """One with a service that never becomes ready."""
    place.write(manifest(engine, SLOW[engine]))
    return place


def test_killed_on_the_way_up(slow_place: Place) -> None:
    program = slow_place.start("up")
    until(program, "slow    started")
    kill(program)
    slow_place.wait_until_nothing_is_left()


def test_killed_while_the_tests_run_with_its_whole_group(place: Place) -> None:
    program = place.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    os.killpg(program.pid, signal.SIGKILL)
    place.wait_until_nothing_is_left()


def test_an_up_stays_when_it_ends_and_goes_when_its_time_is_over(place: Place) -> None:
    place.greenroom("up", "--ttl", "1h")
    assert any("cache" in one for one in place.left())
    place.greenroom("extend", "--ttl", "1s")
    place.wait_until_nothing_is_left()


def test_extend_moves_the_end(place: Place) -> None:
    place.greenroom("up", "--ttl", "1m")
    output = place.greenroom("extend", "--ttl", "1h")
    assert " is up until " in output
    [run] = place.runs
    lease = Lease.read(run_folder(run, place.environ))
    assert lease
    assert 1800 < lease.expires - time.time() <= 3600
    assert len(place.left()) >= 4
    assert "its watchdog looks after it until" in place.greenroom("ps")
    place.greenroom("down")


def test_whoever_uses_it_keeps_it_beyond_its_time(place: Place) -> None:
    place.greenroom("up", "--ttl", "1h")
    user = place.start("logs", "--follow", "napper")
    until(user, "awake")
    place.greenroom("extend", "--ttl", "1s")
    time.sleep(3)  # The point is that time passes, and nothing happens.
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
    [up] = place.runs
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


def test_a_death_is_told_when_it_happens_and_in_the_end(place: Place) -> None:
    until_told = "while [ ! -e told ]; do sleep 0.1; done"
    program = place.start("run", "--", "sh", "-c", until_told)
    until(program, "running sh")
    place.napper.kill()
    until(program, "DIED: exited with code 137")
    (place.folder / "told").touch()
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


def test_the_time_for_all_of_it_ends_it_with_what_was_known(slow_place: Place) -> None:
    up = ("up", "--timeout", "4s", "--events", "events.jsonl")
    program = slow_place.start_late("events.jsonl", '"ready slow"', *up)
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 75
    assert "when the time for all of it was over" in output
    assert "next: if it needs more time, give the whole more: --timeout 10m" in output
    assert "state        running" in output
    slow_place.wait_until_nothing_is_left()


def test_the_time_for_all_of_it_includes_the_tests(place: Place) -> None:
    tests = ("sh", "-c", "touch begun; exec sleep 60")
    program = place.start_late("begun", "", "run", "--timeout", "6s", "--", *tests)
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 75
    assert "error: sh was not done when the time for all of it was over" in output
    place.wait_until_nothing_is_left()


def test_an_interrupt_says_what_was_waited_for(slow_place: Place) -> None:
    program = slow_place.start("up", "--verbose")
    until(program, "slow    answer: ")
    program.send_signal(signal.SIGTERM)
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 143
    assert "slow    stopped while waiting until it is ready, after " in output
    assert "last answer: " in output
    assert "state: running" in output
    slow_place.wait_until_nothing_is_left()

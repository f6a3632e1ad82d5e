"""Who used a run sleeps, outstays its time, or dies together with the watchdog: real containers."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from chaos.commands import Command, run
from chaos.kills import phase
from chaos.ledger import Ledger
from chaos.leftovers import Leftovers, command, processes
from chaos.place import Place, engine_socket
from orchestrator.waiting import Deadline, poll

pytestmark = pytest.mark.engine

TESTS = ("run", "--events", "events.jsonl", "--", "env", "-u", "XDG_STATE_HOME", "sleep")


@pytest.fixture
def leftovers(live_environ: dict[str, str]) -> Iterator[Leftovers]:
    with Ledger(f"unix://{engine_socket()}") as ledger:
        yield Leftovers(ledger)


@pytest.fixture
def place(leftovers: Leftovers) -> Iterator[Place]:
    """A place with a short path: a socket's may have about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as path:
        place = Place.make(Path(path), "small")
        yield place
        leftovers.remove(place)


@pytest.fixture
def environ(place: Place) -> Mapping[str, str]:
    return place.environ(f"unix://{engine_socket()}")


def until_its_tests_run(seconds: int, place: Place, environ: Mapping[str, str]) -> Command:
    """Start a run whose tests take so long, and wait until they run."""
    started = Command((*TESTS, str(seconds)), place, environ)
    poll(lambda: phase(place) == "tests" and bool(child(started)), Deadline.after(60))
    return started


def child(started: Command) -> list[psutil.Process]:
    return [
        one
        for one in psutil.Process(started.process.pid).children()
        if one.status() != psutil.STATUS_ZOMBIE and one.name() == "sleep"
    ]


def kill_watchdog(place: Place) -> None:
    watchdogs = [pid for pid in processes(place) if "watch.py" in command(pid)]
    assert watchdogs
    for pid in watchdogs:
        os.kill(pid, signal.SIGKILL)


def test_a_run_outlives_the_sleep_of_its_owner(
    place: Place, environ: Mapping[str, str], leftovers: Leftovers
) -> None:
    started = until_its_tests_run(3, place, environ)
    started.process.send_signal(signal.SIGSTOP)
    # The tests' own end tells that time has passed, in which nobody did anything for the run.
    poll(lambda: not child(started), Deadline.after(20))
    assert len(leftovers.containers(place)) == 2
    started.process.send_signal(signal.SIGCONT)
    ended = started.wait()
    assert ended.code == 0, ended.output
    assert leftovers.wait(place)[1] == []


def test_an_environment_whose_time_is_over_goes_by_itself(
    place: Place, environ: Mapping[str, str], leftovers: Leftovers
) -> None:
    ended = run(("up", "--ttl", "1s"), place, environ)
    assert ended.code == 0, ended.output
    assert leftovers.wait(place)[1] == []


def test_the_next_command_removes_what_neither_owner_nor_watchdog_can(
    place: Place, environ: Mapping[str, str], leftovers: Leftovers
) -> None:
    started = until_its_tests_run(1, place, environ)
    kill_watchdog(place)
    started.process.kill()
    started.wait()
    assert len(leftovers.containers(place)) == 2
    ended = run(("ps",), place, environ)
    assert ended.code == 0, ended.output
    assert leftovers.wait(place)[1] == [], ended.output

"""The watchdog as a process of its own, with a stand-in for what removes the run."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.host.lease import Lease, dial
from orchestrator.host.owner import Owner
from orchestrator.waiting import Deadline, poll
from orchestrator.watchdog import watch

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sessions and sockets as POSIX has them")

REMOVER = "import json, sys; open({trace!r}, 'w').write(json.dumps(sys.argv[1:]))"
SECONDS = 60.0


class Place:
    """A run's folder, a stand-in for the package, and the trace that its remover leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "run"
        self.folder.mkdir()
        self.trace = folder / "trace"
        package = folder / "packages" / "orchestrator" / "watchdog"
        package.mkdir(parents=True)
        for name in (package.parent / "__init__.py", package / "__init__.py"):
            name.write_text("")
        (package / "remover.py").write_text(REMOVER.format(trace=str(self.trace)))
        self.packages = str(folder / "packages")
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, user: subprocess.Popen[bytes] | None = None) -> socket.socket:
        """Start a watchdog for a process, ourselves by default; return the connection to it."""
        ours, its = socket.socketpair()
        pid = user.pid if user else os.getpid()
        numbers = [str(pid), watch.started_at(pid)]
        self.processes.append(
            subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", watch.__file__, "run-1", str(self.folder)),
                    *(*numbers, self.packages, "docker", "process"),
                ],
                stdin=its.fileno(),
                start_new_session=True,
            )
        )
        its.close()
        return ours

    @property
    def watchdog(self) -> subprocess.Popen[bytes]:
        return self.processes[-1]

    def nap(self) -> subprocess.Popen[bytes]:
        """Start a process that uses the run."""
        self.processes.insert(0, subprocess.Popen(["sleep", "60"]))
        return self.processes[0]

    def connect(self) -> socket.socket:
        """Connect as one more user."""
        found: list[socket.socket] = []

        def dialled() -> bool:
            connection = dial(self.folder)
            found.extend([connection] if connection else [])
            return bool(found)

        poll(dialled, Deadline.after(SECONDS))
        return found[0]

    def is_over(self) -> bool:
        """Whether the watchdog has ended, in whatever way."""
        return self.watchdog.poll() is not None

    def removed(self) -> list[str]:
        """Wait for the end, and return what the remover was started with."""
        poll(self.is_over, Deadline.after(SECONDS))
        assert self.trace.exists(), "it ended without removing the run"
        words: list[str] = json.loads(self.trace.read_text())
        return words

    def still_watches(self) -> bool:
        """Whether it answers, after having looked at everything once more."""
        time.sleep(watch.TICK + 0.2)
        return not self.is_over()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


def test_the_end_of_the_connection_removes_the_run(place: Place) -> None:
    place.start().close()
    assert place.removed() == ["run-1", "docker", "process"]


def test_the_end_of_the_process_removes_it_although_a_fork_keeps_the_connection(
    place: Place,
) -> None:
    user = place.nap()
    kept = place.start(user)
    user.kill()
    user.wait()
    assert place.removed()
    kept.close()


def test_whoever_died_before_the_watchdog_was_there_counts_as_gone(place: Place) -> None:
    user = subprocess.Popen(["true"])
    started = watch.started_at(user.pid)
    user.wait()
    assert started
    kept = place.start(user)
    assert place.removed()
    kept.close()


def test_a_number_used_again_is_not_the_user(place: Place) -> None:
    user = watch.User(socket.socket(), os.getpid(), "1")
    assert not user.lives()
    assert watch.User(socket.socket(), os.getpid(), watch.started_at(os.getpid())).lives()


def test_done_ends_it_without_a_removal(place: Place) -> None:
    connection = place.start()
    connection.sendall(watch.DONE)
    poll(place.is_over, Deadline.after(SECONDS))
    assert (place.watchdog.returncode, place.trace.exists()) == (0, False)


def test_each_further_user_keeps_the_run(place: Place) -> None:
    first = place.start()
    second = place.connect()
    me = Owner.here()
    second.sendall(f"{me.pid} {me.started}".encode())
    first.close()
    assert place.still_watches()
    second.close()
    assert place.removed()


def test_a_standing_run_stays_until_its_time_is_over(place: Place) -> None:
    Lease(time.time() + 60, standing=True).write(place.folder)
    place.start().close()
    assert place.still_watches()
    Lease(time.time() - 1, standing=True).write(place.folder)
    assert place.removed()


def test_a_run_whose_time_is_over_waits_for_its_users(place: Place) -> None:
    Lease(time.time() - 1, standing=True).write(place.folder)
    connection = place.start()
    assert place.still_watches()
    connection.close()
    assert place.removed()


def test_a_lease_that_is_no_more_standing_ends_with_its_users(place: Place) -> None:
    Lease(time.time() + 60).write(place.folder)
    place.start().close()
    assert place.removed()


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", '{"standing": true}', '{"expires": 1}', '{"expires": 1, "engines": 1}'],
)
def test_a_damaged_lease_lets_nothing_stand(place: Place, text: str) -> None:
    (place.folder / "lease.json").write_text(text)
    place.start().close()
    assert place.removed() == ["run-1", "docker", "process"]


def test_it_is_removed_from_the_engines_too_that_a_later_up_has_put_something_on(
    place: Place,
) -> None:
    connection = place.start()
    Lease(time.time() + 60, engines=("process", "adopted")).write(place.folder)
    connection.close()
    assert place.removed() == ["run-1", "docker", "process", "adopted"]


def test_what_sleeps_beyond_the_end_removes_when_it_wakes(place: Place) -> None:
    Lease(time.time() + 60, standing=True).write(place.folder)
    place.start().close()
    place.connect().close()
    place.watchdog.send_signal(signal.SIGSTOP)
    Lease(time.time() - 1, standing=True).write(place.folder)
    place.watchdog.send_signal(signal.SIGCONT)
    assert place.removed()


def test_nonsense_from_a_user_is_ignored(place: Place) -> None:
    connection = place.start()
    stranger = place.connect()
    stranger.sendall(b"\xff\x00 what is this? 17")
    assert place.still_watches()
    stranger.close()
    connection.close()
    assert place.removed()


def test_a_folder_that_cannot_be_used_is_no_reason_not_to_watch(place: Place) -> None:
    place.folder.rmdir()
    place.folder.write_text("a file")
    place.start().close()
    assert place.removed()


def test_the_folder_is_only_for_its_user(place: Place) -> None:
    place.folder.rmdir()
    connection = place.start()
    place.connect().close()
    assert place.folder.stat().st_mode & 0o777 == 0o700
    connection.sendall(watch.DONE)

"""Greenroom is killed at every step while servers run on this host: nothing of them is left.

Linux is asked what is left, because whoever removes it may not be the one to say that it is gone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from host_servers import need_programs
from mortal_place import SECONDS, Place, kill, until, watchdogs

from chaos.host_traces import Traces, deserted_segments
from orchestrator.waiting import Deadline, poll

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc")

MANIFEST = """
name: killed
engine: process
databases:
  ledger: {use: postgres, seed: [schema.sql], isolation: test}
  cache: {use: redis, isolation: test}
brokers:
  events: {use: nats, isolation: test}
  queue: {use: rabbitmq, isolation: test}
"""

# With this an `up` does not come to its end before it is killed.
NEVER_READY = """
services:
  slow: {command: [sleep, "600"], ready: {log: never}}
"""

# So much that its snapshot takes longer to be made than the kill.
SCHEMA = "create table rows as select repeat('x', 1000) from generate_series(1, 50000);\n"

WITHIN = 60.0
"""Seconds after which what is there will never go; how soon it goes, `chaos/` measures."""


class Host(Place):
    """The folder, and what Linux knows of its runs."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        environ = {**environ, "GREENROOM_SNAPSHOTS": "on"}
        super().__init__(folder, environ, MANIFEST)
        (folder / "schema.sql").write_text(SCHEMA)
        self.traces = Traces(self.state)
        self.segments = set(deserted_segments())
        self.seen: set[int] = set()

    @property
    def run(self) -> str:
        """The one run that there is."""
        [run] = self.runs
        return run

    def begun(self, step: str) -> bool:
        """Whether a step has begun, as the events tell."""
        path = self.folder / "events.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        self.processes()
        events = [json.loads(line) for line in lines if line.endswith("\n")]
        return any(one["event"] == "StepStarted" and one["step"] == step for one in events)

    def wait_until_all_is_gone(self, but: Sequence[psutil.Process] = ()) -> None:
        """Wait until Linux knows nothing of it any more, but for these processes."""
        spared, deadline = {one.pid for one in but}, Deadline.after(WITHIN)
        poll(lambda: self.processes().keys() <= spared, deadline)
        poll(lambda: not self.traces.folders(), deadline)
        poll(lambda: not self.deserted(), deadline)

    def processes(self) -> dict[int, str]:
        """The processes of its runs, which are remembered."""
        found = self.traces.processes()
        self.seen |= found.keys()
        return found

    def deserted(self) -> list[str]:
        """The segments that these have left; other tests make and leave theirs meanwhile."""
        made = deserted_segments()
        return [one for one in made.keys() - self.segments if made[one] in self.seen]


@pytest.fixture
def host(tmp_path: Path, live_environ: dict[str, str]) -> Iterator[Host]:
    need_programs("process", "postgres", "redis", "nats", "rabbitmq")
    made = Host(tmp_path, live_environ)
    yield made
    made.end()


STEPS = (
    "open process",
    "start ledger",
    "ready ledger",
    "seed ledger 1 schema.sql",
    "template ledger",
    "snapshot ledger",
    "ready queue",
    "template queue",
)


@pytest.mark.parametrize("step", STEPS)
def test_on_the_way_up(step: str, host: Host) -> None:
    host.write(MANIFEST + NEVER_READY)
    program = host.start("up", "--events", "events.jsonl")
    poll(lambda: host.begun(step), Deadline.after(SECONDS))
    kill(program)
    host.wait_until_all_is_gone()


def test_while_data_is_copied_from_a_snapshot(host: Host) -> None:
    host.greenroom("run", "--", "true")
    program = host.start("up", "--events", "events.jsonl")
    poll(lambda: host.begun("restore ledger"), Deadline.after(SECONDS))
    kill(program)
    host.wait_until_all_is_gone()
    assert "restored from its snapshot" in host.greenroom("run", "--", "true")


def test_while_the_tests_run_and_its_watchdog_too(host: Host) -> None:
    program = host.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    [watchdog] = watchdogs(host)
    watchdog.kill()
    kill(program)
    assert len(host.processes()) > 4
    assert "is removed: process" in host.greenroom("ps")
    host.wait_until_all_is_gone()


def test_on_the_way_down(host: Host) -> None:
    host.greenroom("up")
    program = host.start("down", "--events", "-")
    until(program, '"StepStarted"')
    kill(program)
    host.wait_until_all_is_gone()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_removes_it_in_time(number: signal.Signals, host: Host) -> None:
    program = host.start("up", "--events", "events.jsonl")
    poll(lambda: host.begun("ready queue"), Deadline.after(SECONDS))
    program.send_signal(number)
    output, _ = program.communicate(timeout=20)
    assert program.returncode == 128 + number, output
    host.wait_until_all_is_gone()


def test_without_any_record_of_the_run_down_finds_it(host: Host) -> None:
    host.greenroom("up")
    run = host.run
    [watchdog] = watchdogs(host)
    watchdog.kill()
    shutil.rmtree(host.traces.runs / run)
    assert len(host.processes()) > 4
    host.greenroom("down", run)
    host.wait_until_all_is_gone()


def end_servers(host: Host, number: signal.Signals) -> None:
    """Send a signal to every server, and to whatever it has started."""
    for pid, words in host.processes().items():
        if "watch.py" not in words:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def test_a_server_that_was_killed_leaves_nothing_either(host: Host) -> None:
    host.greenroom("up")
    end_servers(host, signal.SIGKILL)
    host.greenroom("down")
    host.wait_until_all_is_gone()


def test_when_all_is_dead_and_forgotten_the_next_command_sweeps(host: Host) -> None:
    program = host.start("run", "--", "sleep", "60")
    until(program, "running sleep")
    [watchdog] = watchdogs(host)
    watchdog.kill()
    kill(program)
    end_servers(host, signal.SIGQUIT)
    end_servers(host, signal.SIGTERM)
    shutil.rmtree(host.traces.runs)
    poll(lambda: not host.processes(), Deadline.after(SECONDS))
    assert "which made it, is gone" in host.greenroom("ps")
    host.wait_until_all_is_gone()


@pytest.fixture
def bystanders() -> Iterator[list[psutil.Popen]]:
    """The user's own programs that are at work in the run's folders, when there are such."""
    found: list[psutil.Popen] = []
    yield found
    for one in found:
        os.killpg(one.pid, signal.SIGKILL)
        one.communicate()


def bystander(folder: Path) -> psutil.Popen:
    """A user's own shell with a child, in a folder."""
    words = ["sh", "-c", "sleep 600 & echo here; wait"]
    program = psutil.Popen(words, cwd=folder, stdout=subprocess.PIPE, start_new_session=True)
    assert program.stdout.readline() == b"here\n"
    return program


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and its descendants."""
    return [process, *process.children(recursive=True)]


def alive(processes: list[psutil.Process]) -> bool:
    return all(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_what_is_the_user_s_own_lives_on(
    host: Host, bystanders: list[psutil.Popen], tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Host(tmp_path_factory.mktemp("other"), host.environ)
    try:
        other.greenroom("up")
        untouched = other.traces.processes()
        program = host.start("run", "--", "sh", "-c", "echo begun $$; sleep 600 & wait")
        tests = tree(psutil.Process(int(until(program, "\nbegun ").rpartition(" ")[2])))
        poll(lambda: len(tree(tests[0])) == 2, Deadline.after(SECONDS))
        tests = tree(tests[0])
        for folder in (host.traces.runs / host.run, host.traces.homes / host.run / "ledger"):
            bystanders.append(bystander(folder))
        own = [each for one in bystanders for each in tree(one)]
        kill(program)
        host.wait_until_all_is_gone(but=own)
        assert alive(own)
        assert alive(tests)
        assert other.traces.processes() == untouched
        for one in tests:
            one.kill()
        other.greenroom("down")
    finally:
        other.end()

"""Ctrl-C and its relatives, with the program as a process of its own and processes as resources."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from calm_program import SLOW, Program, left_in, posix

from orchestrator.cli.child import Manner, run_child
from orchestrator.cli.session import Session
from orchestrator.cli.signals import Ended, Signals
from orchestrator.model.event import Event, Noticed
from orchestrator.waiting import Deadline, poll


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Program]]:
    programs: list[Program] = []
    yield programs
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()


@posix
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_on_the_way_up_removes_everything(
    tmp_path: Path, started: list[Program], number: int, code: int
) -> None:
    program = Program(tmp_path, "up", more=SLOW)
    started.append(program)
    program.until("slow    started")
    program.signal(number)
    assert program.end() == code
    interrupted = program.output.index("interrupted; everything is being removed\n")
    assert interrupted < program.output.index("\nremoved 3 in")
    assert "error" not in program.output
    assert left_in(tmp_path) == []


@posix
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_during_the_tests_ends_them_first(
    tmp_path: Path, started: list[Program], number: int, code: int
) -> None:
    script = "trap 'echo tidying; exit 5' INT TERM HUP; echo testing; while :; do sleep 0.05; done"
    program = Program(tmp_path, "run", "--", "sh", "-c", script)
    started.append(program)
    program.until("\ntesting")
    program.signal(number)
    assert program.end() == code
    assert program.output.index("tidying") < program.output.index("\nremoved 2 in")
    assert left_in(tmp_path) == []


@posix
def test_who_does_not_end_in_time_is_killed_with_its_children(
    tmp_path: Path,
) -> None:
    trace = tmp_path / "pid"
    script = f"trap '' TERM; sleep 60 & echo $! > {trace}; kill -TERM $PPID; wait; sleep 60"
    listening = Session([])
    with listening.signals, pytest.raises(Ended):
        run_child(["sh", "-c", script], tmp_path, os.environ, listening, manner=Manner(grace=0.2))
    grandchild = int(trace.read_text())
    poll(lambda: is_ended(grandchild), Deadline.after(30))


def is_ended(pid: int) -> bool:
    """Whether a process has ended, also where nobody has asked yet how."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@posix
def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals(lambda text: None):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@posix
def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Signals(lambda text: None):
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@posix
def test_the_first_signal_raises_and_the_second_leaves_the_rest_to_the_watchdog() -> None:
    said: list[str] = []
    with Signals(said.append, lambda number: said.append(f"left by {number}")):
        with pytest.raises(Ended) as caught:
            send(signal.SIGTERM)
        send(signal.SIGINT)
    assert caught.value.number == signal.SIGTERM
    assert said == [
        "interrupted; everything is being removed",
        "removal is left to the watchdog, which goes on",
        "left by 2",
    ]


@posix
def test_during_a_removal_that_nobody_asked_for_the_second_signal_leaves() -> None:
    said: list[str] = []
    with Signals(said.append, lambda number: said.append(f"left by {number}")) as signals:
        signals.removing = True
        send(signal.SIGINT)
        send(signal.SIGTERM)
    assert said == [
        "removal is under way; once more, and it is left to the watchdog",
        "removal is left to the watchdog, which goes on",
        "left by 15",
    ]


@posix
def test_where_no_watchdog_goes_on_signals_wait() -> None:
    said: list[str] = []
    with Signals(said.append, lambda number: said.append(f"left by {number}")) as signals:
        signals.removing, signals.watched = True, False
        send(signal.SIGINT)
        send(signal.SIGTERM)
    assert said == ["removal is under way; please wait for its end"] * 2


@posix
def test_while_a_child_runs_signals_are_the_childs_and_end_us_later() -> None:
    told: list[str] = []

    def play(signals: Signals) -> None:
        with signals.passed_on(lambda number: told.append(str(number))):
            send(signal.SIGTERM)
            send(signal.SIGINT)
            told.append("the child's end")

    with Signals(told.append) as signals, pytest.raises(KeyboardInterrupt):
        play(signals)
    assert told[:3] == ["15", "2", "the child's end"]


def send(number: int) -> None:
    """Send ourselves a signal, and let it arrive."""
    os.kill(os.getpid(), number)
    time.sleep(0.01)


@posix
def test_a_signal_that_lands_in_a_display_is_no_fault_of_the_display() -> None:
    class Writing:
        shown = 0

        def show(self, event: Event) -> None:
            self.shown += 1
            send(signal.SIGTERM)

        def say(self, text: str) -> None:
            """Nothing."""

        def close(self) -> None:
            """Nothing."""

    display = Writing()
    listening = Session([display])
    event = Noticed(at=0.0, text="running pytest")
    with listening.signals, pytest.raises(Ended):
        listening.listen(event)
    with pytest.raises(Ended), Signals(listening.say):
        listening.listen(event)
    assert display.shown == 2, "it is still shown what happens"


@posix
def test_words_come_also_when_a_write_was_interrupted(capfd: pytest.CaptureFixture[str]) -> None:
    class Busy:
        def show(self, event: Event) -> None:
            """Nothing."""

        def say(self, text: str) -> None:
            raise RuntimeError("reentrant call inside a writer")

        def close(self) -> None:
            """Nothing."""

    Session([Busy()]).say("removal is left to the watchdog")
    assert capfd.readouterr().err == "removal is left to the watchdog\n"


def test_where_nothing_stands_nobody_is_told_of_a_removal() -> None:
    said: list[str] = []
    left: list[int] = []
    with Signals(said.append, left.append) as signals:
        signals.nothing_stands = True
        with pytest.raises(Ended):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert (said, left) == (["interrupted"], [signal.SIGINT])

"""How CI systems end a job, sent as they send it, to a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from calm_program import SECONDS, SLOW, Program, left_in, posix

from orchestrator.cli.job import GRACE
from orchestrator.lifecycle.last_look import HURRY_SECONDS
from orchestrator.waiting import Deadline, poll

pytestmark = posix

GITHUB = ((0.0, signal.SIGINT), (7.5, signal.SIGTERM))
"""As runner and agent of GitHub and Azure do: seconds after the first signal, and the signal."""

BUILDKITE = ((0.0, signal.SIGTERM),)

KILLED_AFTER = 10.0
"""Seconds after which both kill; not here, where a machine may be busier than one for jobs."""

OBEDIENT = "trap 'echo tidying; exit 5' INT TERM; echo testing; while :; do sleep 0.05; done"
STUBBORN = "trap '' INT TERM; echo testing; sleep 60"


@pytest.fixture
def started() -> Iterator[list[Program]]:
    programs: list[Program] = []
    yield programs
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()


def send(program: Program, signals: tuple[tuple[float, int], ...]) -> None:
    """Send these at their times, for as long as it lives."""
    began = time.monotonic()

    def go_on() -> None:
        for after, number in signals:
            try:
                program.process.wait(max(0.0, began + after - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.signal(number)

    threading.Thread(target=go_on, daemon=True).start()


def verdict(folder: Path) -> tuple[str, int]:
    record = json.loads((folder / "greenroom-artifacts" / "run.json").read_text())
    return record["verdict"], record["exit_code"]


@pytest.mark.parametrize(("signals", "code"), [(GITHUB, 130), (BUILDKITE, 143)])
def test_a_cancelled_job_lets_the_tests_tidy_up_and_leaves_nothing(
    tmp_path: Path, started: list[Program], signals: tuple[tuple[float, int], ...], code: int
) -> None:
    program = Program(tmp_path, "ci", "--", "sh", "-c", OBEDIENT)
    started.append(program)
    program.until("testing\n")
    send(program, signals)
    assert program.end() == code
    assert program.output.index("tidying") < program.output.index("\nremoved 2 in")
    assert left_in(tmp_path) == []
    assert verdict(tmp_path) == ("interrupted", code)


def test_tests_that_do_not_end_are_killed_so_that_there_is_time_for_the_rest(
    tmp_path: Path, started: list[Program]
) -> None:
    program = Program(tmp_path, "ci", "--", "sh", "-c", STUBBORN)
    started.append(program)
    program.until("testing\n")
    send(program, GITHUB)
    assert program.end() == 130
    assert "\nremoved 2 in" in program.output
    assert left_in(tmp_path) == []
    assert verdict(tmp_path) == ("interrupted", 130)
    assert GRACE + HURRY_SECONDS < KILLED_AFTER - 4, "so much is left for what has to be removed"


def test_a_signal_on_the_way_up_removes_everything_and_is_kept(
    tmp_path: Path, started: list[Program]
) -> None:
    program = Program(tmp_path, "ci", "--", "true", more=SLOW)
    started.append(program)
    program.until("slow    started")
    send(program, GITHUB)
    assert program.end() == 130
    assert "interrupted; everything is being removed" in program.output
    assert left_in(tmp_path) == []
    assert verdict(tmp_path) == ("interrupted", 130)


@pytest.mark.parametrize("signals", [GITHUB[:1], BUILDKITE])
def test_a_job_over_its_budget_that_is_cancelled_is_cancelled(
    tmp_path: Path, started: list[Program], signals: tuple[tuple[float, int], ...]
) -> None:
    script = "trap 'echo ends' TERM; echo testing; while :; do sleep 0.05; done"
    program = Program(tmp_path, "ci", "--budget", "tests=500ms", "--", "sh", "-c", script)
    started.append(program)
    program.until("ends\n")
    send(program, signals)
    code = 128 + signals[0][1]
    assert program.end() == code
    assert "sh was not done when the budget of 0.5 s was over (--budget tests)" in program.output
    assert left_in(tmp_path) == []
    assert verdict(tmp_path) == ("interrupted", code)


def test_a_second_signal_at_once_is_no_impatience(tmp_path: Path, started: list[Program]) -> None:
    program = Program(tmp_path, "ci", "--", "sh", "-c", OBEDIENT)
    started.append(program)
    program.until("testing\n")
    send(program, ((0.0, signal.SIGTERM), (0.0, signal.SIGTERM), (0.0, signal.SIGINT)))
    # Of signals that come at once, nobody knows the order.
    assert program.end() in (130, 143)
    assert left_in(tmp_path) == []
    assert verdict(tmp_path)[0] == "interrupted"


def test_a_shell_that_is_replaced_lets_signals_through(
    tmp_path: Path, started: list[Program]
) -> None:
    """As the composite action does: bash itself would keep them."""
    program = Program(tmp_path, "ci", "--", "sh", "-c", OBEDIENT, shell="exec {}")
    started.append(program)
    program.until("testing\n")
    send(program, GITHUB)
    assert program.end() == 130
    assert left_in(tmp_path) == []


def test_bytes_that_are_no_text_are_passed_on_as_they_are(
    tmp_path: Path, started: list[Program]
) -> None:
    command = ["printf", r"\377\376 caf\303\251 \001"]
    Program(tmp_path, "--version").end()
    done = subprocess.run(
        ["greenroom", "ci", "--", *command], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout == b"\xff\xfe caf\xc3\xa9 \x01"


def test_the_end_of_a_job_in_which_all_that_carries_its_mark_is_killed(
    tmp_path: Path, started: list[Program]
) -> None:
    """As runners do at a job's end: nothing gets a signal that it could answer."""
    mark = f"github_{uuid.uuid4()}"
    program = Program(tmp_path, "ci", "--", "sh", "-c", STUBBORN, env={"RUNNER_TRACKING_ID": mark})
    started.append(program)
    program.until("testing\n")
    for process in sorted(carrying(mark), key=lambda one: -one.pid):
        with suppress(psutil.NoSuchProcess):  # What its parent's end has ended, too.
            process.kill()
    assert program.end() == -signal.SIGKILL
    # Else the watchdog did not outlive the job.
    poll(lambda: not left_in(tmp_path), Deadline.after(SECONDS))


def carrying(mark: str) -> Iterator[psutil.Process]:
    """Every process that has the mark in its environment."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("RUNNER_TRACKING_ID") == mark:
                yield process

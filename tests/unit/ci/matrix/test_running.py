"""Which combinations run when, with runs that only seem to."""

from __future__ import annotations

import io
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from ended import combination

from orchestrator.ci.matrix import running
from orchestrator.ci.matrix.combination import Combination
from orchestrator.ci.matrix.running import Running
from orchestrator.ci.matrix.screen import Output, Screen
from orchestrator.ci.tongues.plain import Plain


class Seeming:
    """A run that ends when it is let, or killed; it heeds no other signal."""

    all: list[Seeming]

    def __init__(
        self,
        combination: Combination,
        _arguments: Sequence[str],
        _environ: Mapping[str, str],
        output: Output,
        ended: Callable[[Seeming], None],
    ) -> None:
        self.combination, self.output, self._ended = combination, output, ended
        self.stopped, self.code, self.taken = False, 0, 1.0
        self.told: list[int] = []
        self.output.take(b"half a line")
        Seeming.all.append(self)

    def end(self, code: int = 0) -> None:
        self.code = code
        self._ended(self)

    def tell(self, number: int) -> None:
        self.told.append(number)

    def stop(self) -> None:
        self.stopped = True
        self.end(143)

    def kill(self) -> None:
        self.end(-signal.SIGKILL)


class Place:
    """Where they run, and what is shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stream = io.StringIO()

    def running(self, at_once: int, number: int = 3, **more: float | bool) -> Running:
        return Running(
            combinations=[combination(one) for one in range(1, number + 1)],
            at_once=at_once,
            folder=self.folder,
            arguments=lambda _one, _folder: [],
            screen=Screen(self.stream, Plain()),
            **more,  # type: ignore[arg-type]
        )

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    Seeming.all = []
    monkeypatch.setattr(running, "Child", Seeming)
    return Place(tmp_path)


def in_background(one: Running) -> threading.Thread:
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()
    return thread


def until(there: Callable[[], bool]) -> None:
    from orchestrator.waiting import Deadline, poll

    poll(there, Deadline.after(20), first=0.001)


def test_no_more_run_than_fit_and_no_line_stands_between_those_of_another(place: Place) -> None:
    one = place.running(2)
    thread = in_background(one)
    until(lambda: len(Seeming.all) == 2)
    first, second = Seeming.all
    second.output.take(b" of the second\n")
    first.output.take(b" of the first")
    second.end()
    until(lambda: len(Seeming.all) == 3)
    third = Seeming.all[2]
    first.end(1)
    until(lambda: third.output.live)
    third.output.take(b" of the third\n")
    third.end()
    thread.join(20)
    assert place.lines == [
        "[1/3] ledger=postgres:15: started",
        "[2/3] ledger=postgres:16: started",
        "== [2/3] ledger=postgres:16",
        "half a line of the second",
        "[2/3] ledger=postgres:16: passed after 1.0 s",
        "[3/3] ledger=postgres:17: started",
        "== [1/3] ledger=postgres:15",
        "half a line of the first",
        "[1/3] ledger=postgres:15: no record (exit code 1) after 1.0 s",
        "== [3/3] ledger=postgres:17",
        "half a line of the third",
        "[3/3] ledger=postgres:17: passed after 1.0 s",
    ]


def test_what_does_not_heed_the_signal_is_killed_when_its_time_is_over(place: Place) -> None:
    one = place.running(2, patience=0.0)
    one.tell(signal.SIGTERM)
    one.tell(signal.SIGINT)
    outcomes = one.run()
    assert one.interrupted == signal.SIGTERM
    assert [each.told for each in Seeming.all] == [[signal.SIGTERM]] * 2
    assert [each.code for each in outcomes] == [-9, -9, None]


def test_a_long_silence_is_broken(place: Place) -> None:
    one = place.running(2, number=2, quiet=0.01)
    thread = in_background(one)
    words = "still running: ledger=postgres:15, ledger=postgres:16"
    until(lambda: words in place.lines)
    for each in list(Seeming.all):
        each.end()
    thread.join(20)
    assert not thread.is_alive()


def test_with_fail_fast_the_others_are_stopped(place: Place) -> None:
    one = place.running(2, fail_fast=True)
    thread = in_background(one)
    until(lambda: len(Seeming.all) == 2)
    Seeming.all[1].end(3)
    thread.join(20)
    assert {number: each.words for number, each in sorted(one.outcomes.items())} == {
        1: "stopped after 1.0 s",
        2: "no record (exit code 3) after 1.0 s",
    }


def test_what_cannot_be_started_fails_and_the_others_go_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs: list[Output] = []

    def refuse(*given: object) -> None:
        outputs.extend(one for one in given if isinstance(one, Output))
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(running, "Child", refuse)
    occupied = place.folder / combination(2).folder
    occupied.touch()
    second = "[2/3] ledger=postgres:16"
    refusal = f"cannot keep artifacts in {occupied}: it is no folder"
    outcomes = place.running(2).run()
    assert [each.code for each in outcomes] == [75, 75, 75]
    assert [each._file.closed for each in outputs] == [True, True]
    assert place.lines[:2] == [
        "[1/3] ledger=postgres:15: cannot be started: Resource temporarily unavailable",
        f"{second}: cannot be started: {refusal}",
    ]

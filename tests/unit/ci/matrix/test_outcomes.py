"""How combinations end, and what the shell is told of all of them together."""

from __future__ import annotations

import signal

import pytest
from ended import broken, ended, passed, red

from orchestrator.artifacts.record import Verdict
from orchestrator.ci.matrix.outcome import Outcome, exit_code

CODES = [
    ("all have passed", [passed(1), passed(2)], 0),
    ("the first whose tests failed, in the order given", [passed(1), red(2, 3), red(3, 2)], 3),
    ("failing tests come before a broken environment", [broken(1), red(2, 4)], 4),
    (
        "failing tests come before those that were over their budget",
        [ended(1, 75, Verdict.OVER_BUDGET), red(2, 4)],
        4,
    ),
    ("the first that broke", [passed(1), broken(2), ended(3, 74, Verdict.NOT_REMOVED)], 75),
    ("tests during which something died", [ended(1, 2, Verdict.ENVIRONMENT_FAILED), red(2, 1)], 1),
    ("one that was killed", [passed(1), ended(2, -9)], 75),
    ("one that ended without a word", [passed(1), ended(2, 70)], 70),
    (
        "those stopped because of another",
        [ended(1, 143, Verdict.INTERRUPTED, stopped=True), red(2, 5)],
        5,
    ),
    ("those that never ran", [ended(1, None), red(2, 5)], 5),
]


@pytest.mark.parametrize(
    ("outcomes", "code"), [case[1:] for case in CODES], ids=[case[0] for case in CODES]
)
def test_the_exit_code_of_all(outcomes: list[Outcome], code: int) -> None:
    assert exit_code(outcomes) == code


def test_somebody_has_ended_it_whatever_else_there_was() -> None:
    assert exit_code([red(1)], signal.SIGTERM) == 143
    assert exit_code([passed(1)], signal.SIGINT) == 130


WORDS = [
    (passed(1), "passed after 12.0 s"),
    (red(1), "tests failed (exit code 1) after 12.0 s"),
    (broken(1), "environment failed (exit code 75) after 12.0 s"),
    (ended(1, 75, Verdict.OVER_BUDGET), "over budget (exit code 75) after 12.0 s"),
    (ended(1, -9), "killed (SIGKILL) after 12.0 s"),
    (ended(1, -40), "killed (signal 40) after 12.0 s"),
    (ended(1, 70), "no record (exit code 70) after 12.0 s"),
    (ended(1, 143, Verdict.INTERRUPTED, stopped=True), "stopped after 12.0 s"),
    (ended(1, None), "not run"),
]


@pytest.mark.parametrize(("outcome", "words"), WORDS, ids=[case[1] for case in WORDS])
def test_how_one_ended_in_a_line(outcome: Outcome, words: str) -> None:
    assert outcome.words == words

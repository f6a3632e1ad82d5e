"""Errors as text and exit codes: the cause, the evidence, what to do next."""

from __future__ import annotations

import pytest
import typer
from shop import Shop

from orchestrator.cli.failure import as_text, exit_code
from orchestrator.errors import (
    BuildFailed,
    CommandNotFound,
    EngineUnavailable,
    Evidence,
    GreenroomError,
    Interrupted,
    ManifestError,
    NotRemoved,
    Problem,
    ServiceDied,
    StepFailed,
    UsageError,
)

CODES = [
    (UsageError("x"), 64),
    (typer.BadParameter("x"), 64),
    (ManifestError([Problem("f", 1, 1, "", "x")]), 65),
    (EngineUnavailable("x"), 69),
    (GreenroomError("x"), 70),
    (RuntimeError("x"), 70),
    (NotRemoved("x"), 74),
    (StepFailed("s", "x"), 75),
    (ServiceDied("x"), 75),
    (CommandNotFound("x"), 127),
    (Interrupted(15), 143),
    (Interrupted(2), 130),
    (KeyboardInterrupt(), 130),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda value: repr(value)[:30])
def test_every_error_has_its_exit_code(error: BaseException, code: int) -> None:
    assert exit_code(error) == code


def test_all_evidence_is_shown_under_its_label() -> None:
    evidence = Evidence(
        seconds=2.34, answer="connection refused", state="running", log=("one", "two")
    )
    error = StepFailed("ready api", "api is not ready after 2 s", evidence=evidence, hint="wait")
    assert as_text(error).splitlines() == [
        "error: api is not ready after 2 s",
        "  step         ready api, after 2.3 s",
        "  last answer  connection refused",
        "  state        running",
        "  log          one",
        "               two",
        "next: wait",
    ]


def test_a_long_log_is_cut_to_its_end_and_its_lines_are_tamed() -> None:
    log = (*(f"line {number}" for number in range(40)), "\x1b[31mred\x1b[0m\x07", "x" * 5000)
    text = as_text(StepFailed("s", "m", evidence=Evidence(log=log)))
    lines = text.splitlines()
    assert len(lines) == 14
    assert "line 29" not in text
    assert "               red" in lines
    assert max(map(len, lines)) < 350


def test_a_build_shows_the_end_of_its_log() -> None:
    error = StepFailed("build api", "the build failed")
    error.__cause__ = BuildFailed("the build failed", log=("RUN make", "no rule"))
    assert "  log          RUN make\n               no rule" in as_text(error)


def crashed(name: str) -> StepFailed:
    log = tuple(f"{name} {number}" for number in range(30))
    known = Evidence(seconds=1.0, answer="refused", state="exited with code 1", log=log)
    return StepFailed(f"ready {name}", f"{name} exited\nfor good", evidence=known, hint="look")


def test_what_failed_at_the_same_time_is_shown_with_its_cause_the_first_one_first() -> None:
    error = crashed("api")
    error.others = (crashed("web"),)
    lines = as_text(error).splitlines()
    assert len(lines) <= 24
    assert [one for one in lines if one.startswith("error: ")] == [
        "error: api exited",
        "error: web exited",
    ]
    for line in ("  log          api 25", "               api 29", "               web 29"):
        assert line in lines


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9, 40])
def test_however_many_failed_it_fits_on_a_screen(count: int) -> None:
    error = crashed("api0")
    error.others = tuple(crashed(f"api{number}") for number in range(1, count))
    lines = as_text(error).splitlines()
    assert len(lines) <= 24
    assert lines[0] == "error: api0 exited"
    assert "               api0 29" in lines or "  log          api0 29" in lines
    told = len([one for one in lines if one.startswith("error: ")])
    assert told == min(count, 5)
    assert (f"and {count - 5} more failed" in lines) == (count > 5)


def test_a_long_message_leaves_room_for_the_others() -> None:
    error = StepFailed("seed a 1 a.sql", "\n".join(f"word {number}" for number in range(50)))
    error.others = (crashed("web"),)
    lines = as_text(error).splitlines()
    assert len(lines) <= 24
    assert lines[0] == "error: word 0"
    assert {"  ...", "word 49", "error: web exited"} <= set(lines)


def test_notes_are_shown_too() -> None:
    error = StepFailed("s", "m")
    error.add_note("could not remove all of it")
    assert as_text(error).endswith("\nalso: could not remove all of it")


def test_an_interrupt_needs_no_words_but_what_is_left_does() -> None:
    error = Interrupted(2)
    assert as_text(error) == ""
    error.add_note("still there: net")
    assert as_text(error) == "also: still there: net"


def test_a_bug_is_called_one_and_says_how_to_report_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(environ: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr("orchestrator.lifecycle.survey.survey", broken)
    ended = shop.greenroom("ps")
    assert ended.code == 70
    assert "error: this is a bug in Greenroom: KeyError: 'gone'" in ended.err
    assert "next: run it again with GREENROOM_DEBUG=1" in ended.err
    assert "Traceback" not in ended.err
    monkeypatch.setenv("GREENROOM_DEBUG", "1")
    assert "Traceback" in shop.greenroom("ps").err


def test_colours_mark_the_words_that_lead() -> None:
    text = as_text(UsageError("no", hint="yes"), lambda colour, words: f"<{colour}>{words}</>")
    assert text == "<red>error:</> no\n<bold>next:</> yes"

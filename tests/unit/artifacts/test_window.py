"""Lines of a log that fall into a span of time, whatever form their times have."""

from __future__ import annotations

import pytest

from orchestrator.artifacts.window import Window, clock, clock_of
from orchestrator.model.launch import LogLine
from orchestrator.model.moment import SECOND, nanoseconds, rfc3339

NOON = 1795694400.0
"""2026-11-26T12:00:00Z."""


def line(time: str, text: str = "") -> LogLine:
    return LogLine(time, "stdout", text or time)


@pytest.mark.parametrize(
    ("time", "nanos"),
    [
        ("2026-11-26T12:00:00Z", 0),
        ("2026-11-26T12:00:00", 0),
        ("2026-11-26T12:00:00+00:00", 0),
        ("2026-11-26T12:00:00.5Z", 500_000_000),
        ("2026-11-26T12:00:00.500Z", 500_000_000),
        ("2026-11-26T12:00:00.000000001Z", 1),
        ("2026-11-26T12:00:00.0000000019Z", 1),
        ("2026-11-26T14:00:00.25+02:00", 250_000_000),
        ("2026-11-26T06:30:00.25-05:30", 250_000_000),
        ("2026-11-26 12:00:00.25Z", 250_000_000),
    ],
)
def test_a_time_is_the_same_in_all_its_forms(time: str, nanos: int) -> None:
    assert nanoseconds(time) == int(NOON) * SECOND + nanos


@pytest.mark.parametrize("time", ["", "noon", "2026-13-26T12:00:00Z", "12:00:00Z"])
def test_what_is_no_time_is_none(time: str) -> None:
    assert nanoseconds(time) == 0


def test_lines_are_those_between_with_a_margin_behind_and_hardly_one_before() -> None:
    log = [
        line("2026-11-26T11:59:59.997Z", "of the test before"),
        line("2026-11-26T11:59:59.999Z", "at the edge"),
        line("2026-11-26T12:00:00.5Z", "in the midst"),
        line("", "without a time"),
        line("2026-11-26T12:00:01.049Z", "noted late"),
        line("2026-11-26T12:00:01.051Z", "of the test behind"),
    ]
    assert [one.text for one in Window(NOON, NOON + 1).lines(log)] == [
        "at the edge",
        "in the midst",
        "without a time",
        "noted late",
    ]


def test_an_engine_is_asked_by_its_own_clock_and_answers_by_ours() -> None:
    window = Window(NOON, NOON + 1, ahead=3600.0, unsure=0.5)
    assert window.since == "2026-11-26T12:59:59.498000Z"
    log = [
        line("2026-11-26T12:00:00Z", "an hour early"),
        line("2026-11-26T12:59:59.6Z", "perhaps"),
        line("2026-11-26T13:00:00.25Z", "surely"),
        line("2026-11-26T13:00:02Z", "too late"),
    ]
    assert [(one.time, one.text) for one in window.lines(log)] == [
        ("2026-11-26T11:59:59.600000Z", "perhaps"),
        ("2026-11-26T12:00:00.250000Z", "surely"),
    ]


def test_times_of_day_are_in_utc() -> None:
    assert rfc3339(NOON + 0.25) == "2026-11-26T12:00:00.250000Z"
    assert clock(NOON + 0.25) == "12:00:00.250"
    assert clock_of(line("2026-11-26T14:00:00.25+02:00")) == "12:00:00.250"
    assert clock_of(line("")) == " " * 12

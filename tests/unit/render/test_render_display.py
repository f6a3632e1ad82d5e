"""Which display goes where, and the small helpers of all of them."""

from __future__ import annotations

import io

import pytest

from orchestrator.model.event import StepProgress
from orchestrator.render import words
from orchestrator.render.colours import painter
from orchestrator.render.columns import columns
from orchestrator.render.display import display


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


CHOICES = [
    ("a terminal", Tty(), {"TERM": "xterm"}, False, "Terminal"),
    ("a terminal without colours", Tty(), {"TERM": "xterm", "NO_COLOR": "1"}, False, "Terminal"),
    ("a dumb terminal", Tty(), {"TERM": "dumb"}, False, "Plain"),
    ("a terminal of unknown kind", Tty(), {}, False, "Plain"),
    ("a CI system's terminal", Tty(), {"TERM": "xterm", "CI": "true"}, False, "Plain"),
    ("verbose", Tty(), {"TERM": "xterm"}, True, "Plain"),
    ("a file", io.StringIO(), {"TERM": "xterm"}, False, "Plain"),
]


@pytest.mark.parametrize(
    ("stream", "environ", "verbose", "chosen"),
    [case[1:] for case in CHOICES],
    ids=[case[0] for case in CHOICES],
)
def test_the_display_depends_on_where_it_goes(
    stream: io.StringIO, environ: dict[str, str], verbose: bool, chosen: str
) -> None:
    assert type(display(stream, environ, verbose=verbose)).__name__ == chosen


PAINTED = [
    ("a terminal", Tty(), {"TERM": "xterm"}, True),
    ("no colours", Tty(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
    ("a dumb terminal", Tty(), {"TERM": "dumb"}, False),
    ("a file", io.StringIO(), {"TERM": "xterm"}, False),
]


@pytest.mark.parametrize(
    ("stream", "environ", "painted"),
    [case[1:] for case in PAINTED],
    ids=[case[0] for case in PAINTED],
)
def test_colours_only_where_they_are_wanted(
    stream: io.StringIO, environ: dict[str, str], painted: bool
) -> None:
    text = painter(stream, environ)("red", "no")
    assert text == ("\x1b[1;31mno\x1b[0m" if painted else "no")


STEPS = [
    ("open docker", "opening", "opened"),
    ("pull mirror/nats:2", "pulling", "pulled"),
    ("build api", "building", "built"),
    ("start api", "starting", "started"),
    ("ready api", "waiting until it is ready", "ready"),
    ("seed ledger 2 more rows.csv", "seeding more rows.csv", "seeded more rows.csv"),
    ("seed ledger 1 database archive", "seeding database archive", "seeded database archive"),
    ("remove container x", "removing", "removed"),
    ("restore ledger", "restoring", "restored from its snapshot"),
    ("template ledger", "copying for slices", "copied for slices"),
    ("snapshot ledger", "copying aside for a snapshot", "copied aside for a snapshot"),
    ("store ledger", "storing the snapshot", "snapshot stored"),
    ("ponder ledger", "ponder", "ponder done"),
]


@pytest.mark.parametrize(("step", "under_way", "done"), STEPS)
def test_steps_in_words(step: str, under_way: str, done: str) -> None:
    assert (words.under_way(step), words.done(step)) == (under_way, done)


AMOUNTS = [
    (34, 100, "B", "34 %"),
    (150, 100, "B", "100 %"),
    (12_345_678, 0, "B", "12.3 MB"),
    (3, 7, "", "3 of 7"),
    (0, 0, "", ""),
]


@pytest.mark.parametrize(("done", "total", "unit", "expected"), AMOUNTS)
def test_amounts_in_words(done: int, total: int, unit: str, expected: str) -> None:
    event = StepProgress(at=0, step="pull x", subject="x", done=done, total=total, unit=unit)
    assert words.amount(event) == expected


DURATIONS = [
    (0.004, "0.00 s"),
    (0.42, "0.42 s"),
    (1.0, "1.0 s"),
    (12.34, "12.3 s"),
    (125, "2 min 5 s"),
]


@pytest.mark.parametrize(("value", "expected"), DURATIONS)
def test_durations_in_words(value: float, expected: str) -> None:
    assert words.seconds(value) == expected


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert columns([["a", "bb", ""], ["ccc", "d", "e"]]) == ["a    bb", "ccc  d   e"]
    assert columns([]) == []

"""The way up as bars of characters."""

from __future__ import annotations

import io
import re

import pytest
from artifact_folders import BEGAN, Story, payments

from orchestrator.artifacts.timeline import Timeline
from orchestrator.model.event import Event
from orchestrator.render.timeline import MOST_ROWS, InTime, columns_of, drawn


def events(story: Story) -> list[Event]:
    return sorted(story.events, key=lambda one: one.at)


def lines(story: Story, width: int, *, ascii_only: bool = False) -> list[str]:
    return drawn(Timeline.of(events(story)), width, ascii_only=ascii_only)


def up() -> Story:
    story = payments()
    story.ready(9.6)
    return story


def many(count: int) -> Story:
    names = [f"service-{number:02}" for number in range(count)]
    story = Story(names)
    story.begin()
    for number, name in enumerate(names):
        story.step(number / 10, number / 10 + 0.5, f"start {name}")
    story.ready(count / 10 + 0.5)
    return story


def test_eighty_columns() -> None:
    assert lines(up(), 80) == [
        "",
        "             0 s         2 s         4 s         6 s         8 s",
        "docker       █                                                            0.19 s",
        "ledger-api * ░░░░░░░░░░░░░░░░░                          ██━━━━             3.8 s",
        "cache         ██━                                                         0.37 s",
        "events        ██━━━                                                       0.72 s",
        "ledger     *  ███━━━━━━━━━━            ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒◆◆◆◆◆◆◆◆◆◆◆◆◆◆◆◆     7.3 s",
        "migrate    *                  ██━━━━━━━                                    1.4 s",
        "web                                                           █━          0.40 s",
        "░ image   █ start   ━ until ready   ▒ seed   ◆ copy of its state",
        "* on the critical path",
        "critical path: build ledger-api 2.9 s > start migrate 0.30 s >",
        "  ready migrate 1.1 s > seed ledger 2 accounts.csv 2.6 s >",
        "  snapshot ledger 0.30 s > store ledger 2.4 s",
        "",
    ]


def test_plain_ascii() -> None:
    text = "\n".join(lines(up(), 80, ascii_only=True))
    assert text.isascii()
    assert "ledger     *  ###==========            +++++++++++++++oooooooooooooooo" in text


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200])
@pytest.mark.parametrize("count", [1, 3, 30, 90])
def test_no_line_is_wider_than_the_terminal(width: int, count: int) -> None:
    for line in lines(many(count), width):
        # Bars are never narrower than one can read, so that very narrow terminals wrap them.
        assert len(line) <= max(width, 48)


def test_of_many_those_that_matter() -> None:
    text = lines(many(90), 100)
    rows = [line for line in text if line.startswith("service")]
    assert len(rows) == MOST_ROWS
    assert "  and 50 more, which decided nothing" in text
    assert any(line.startswith("service-89 *") for line in rows)


def test_a_failure_is_marked_and_so_is_what_it_stopped() -> None:
    story = Story(("a", "b"))
    story.begin()
    story.step(0, 1, "start a")
    story.step(1, 3, "ready a", "start a", broke="no answer")
    story.step(0, 9, "start b")
    told = [one for one in events(story) if one.at < BEGAN + 9]
    text = "\n".join(drawn(Timeline.of(told), 60))
    assert re.search(r"^a \* █+━+✗ ", text, re.MULTILINE)
    assert re.search(r"^b   █+~ ", text, re.MULTILINE)


def test_escapes_in_names_do_nothing() -> None:
    story = Story(("a",))
    story.begin()
    story.step(0, 1, "start a\x1b[2Jb")
    assert not any("\x1b" in line for line in lines(story, 80))


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn(Timeline.of([]), 80) == []
    shown = InTime(stream := io.StringIO(), {})
    shown.close()
    assert stream.getvalue() == ""


def test_it_is_shown_once_and_as_soon_as_all_is_ready() -> None:
    shown = InTime(stream := io.StringIO(), {"COLUMNS": "80"})
    for event in events(up()):
        assert stream.getvalue() == ""
        shown.show(event)
    text = stream.getvalue()
    assert "critical path" in text
    shown.show(events(up())[0])
    shown.close()
    assert stream.getvalue() == text


def test_of_a_way_that_failed_it_is_shown_at_the_end() -> None:
    story = Story(("a",))
    story.begin()
    story.step(0, 1, "start a", broke="no")
    shown = InTime(stream := io.StringIO(), {"COLUMNS": "80"})
    for event in events(story):
        shown.show(event)
    assert stream.getvalue() == ""
    shown.close()
    assert "start a" in stream.getvalue()


def test_how_wide_a_line_can_be() -> None:
    assert columns_of(io.StringIO(), {}) == 100
    assert columns_of(io.StringIO(), {"COLUMNS": "40"}) == 40
    assert columns_of(io.StringIO(), {"COLUMNS": "wide"}) == 100

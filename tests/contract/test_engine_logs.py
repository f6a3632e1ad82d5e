"""What every engine promises of logs."""

from __future__ import annotations

import pytest
from engine_cases import EXITS, LIVES, Case, needs, within
from engine_steps import await_end, first_line, go_on, soon_over, two_lines

from orchestrator.waiting import Stopped, TimedOut


def test_logs_hold_what_was_printed(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    line = first_line(engine_case, found)
    assert line.text == LIVES
    assert line.stream == "stdout"
    assert line.time.endswith("Z")


def test_followed_logs_end_with_the_instance(engine_case: Case) -> None:
    found = engine_case.start(engine_case.exits(engine_case.new_run()))
    await_end(engine_case, found)
    assert [line.text for line in engine_case.engine.logs(found, within(), follow=True)] == [EXITS]


@needs("programs")
def test_logs_are_followed_as_they_come(engine_case: Case) -> None:
    found = engine_case.start(two_lines(engine_case, engine_case.new_run()))
    following = engine_case.engine.logs(found, within(), follow=True)
    assert next(following).text == "one"
    go_on(engine_case, found)
    assert [line.text for line in following] == ["two"]


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_followed_logs_end_in_time(engine_case: Case, end: str) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    first_line(engine_case, found)
    deadline = soon_over(end)
    following = engine_case.engine.logs(found, deadline, follow=True)
    assert next(following).text == LIVES
    if end == "stopped":
        deadline.stop.order()
    with pytest.raises(Stopped if end == "stopped" else TimedOut):
        next(following)


@needs("programs", "moments")
def test_logs_since_a_time_start_with_its_line(engine_case: Case) -> None:
    found = engine_case.start(two_lines(engine_case, engine_case.new_run()))
    first_line(engine_case, found)
    go_on(engine_case, found)
    await_end(engine_case, found)
    one, two = engine_case.engine.logs(found, within())
    assert (one.text, two.text) == ("one", "two")
    assert one.time < two.time
    assert list(engine_case.engine.logs(found, within(), since=two.time)) == [two]


@needs("programs")
def test_tail_counts_from_the_end(engine_case: Case) -> None:
    found = engine_case.start(
        engine_case.shell(engine_case.new_run(), "ledger", "for i in 1 2 3 4; do echo $i; done")
    )
    await_end(engine_case, found)
    assert [line.text for line in engine_case.engine.logs(found, within(), tail=2)] == ["3", "4"]
    assert [line.text for line in engine_case.engine.logs(found, within(), tail=0)] == []


@needs("programs")
def test_lines_come_whole_however_long_and_strange_they_are(engine_case: Case) -> None:
    script = r"head -c 100000 /dev/zero | tr '\0' x; echo; printf 'a\377b\n\nno end'"
    found = engine_case.start(engine_case.shell(engine_case.new_run(), "ledger", script))
    await_end(engine_case, found)
    texts = [line.text for line in engine_case.engine.logs(found, within())]
    assert texts == ["x" * 100_000, "a\ufffdb", "", "no end"]


@needs("programs", "streams")
def test_logs_keep_the_streams_apart(engine_case: Case) -> None:
    found = engine_case.start(
        engine_case.shell(engine_case.new_run(), "ledger", "echo out; echo err >&2")
    )
    await_end(engine_case, found)
    lines = {(line.stream, line.text) for line in engine_case.engine.logs(found, within())}
    assert lines == {("stdout", "out"), ("stderr", "err")}

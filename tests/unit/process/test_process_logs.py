from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from host_processes import Bench, wait_until, within

from orchestrator.engines.process.logs import BLOCK, Reader, Sightings, place_of_last
from orchestrator.errors import Gone
from orchestrator.model.moment import nanoseconds, rfc3339
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut


@pytest.mark.parametrize(
    ("text", "count", "last"),
    [
        pytest.param(b"", 3, b"", id="nothing"),
        pytest.param(b"a\nb\nc\n", 2, b"b\nc\n", id="two"),
        pytest.param(b"a\nb\nc", 2, b"b\nc", id="the last one is not ended"),
        pytest.param(b"a\nb\n", 5, b"a\nb\n", id="more than there are"),
        pytest.param(b"a\nb\n", 0, b"", id="none"),
        pytest.param(b"\n\n\n", 2, b"\n\n", id="empty ones"),
        pytest.param(b"a\n" * BLOCK, 2, b"a\na\n", id="out of many"),
        pytest.param(b"x" * 2 * BLOCK + b"\nb\n", 1, b"b\n", id="after a long one"),
        pytest.param(b"a\n" + b"x" * 2 * BLOCK, 1, b"x" * 2 * BLOCK, id="longer than a block"),
        pytest.param(b"a\n" + b"b" * (BLOCK - 1) + b"\n", 1, b"b" * (BLOCK - 1) + b"\n", id="edge"),
    ],
)
def test_where_the_last_lines_begin(text: bytes, count: int, last: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(text)
    with path.open("rb") as file:
        assert text[place_of_last(file, count) :] == last


def reader(path: Path, *, ended: bool = True) -> Reader:
    return Reader(path, Sightings(), lambda: ended)


def texts(path: Path) -> list[str]:
    lines = reader(path).lines(within(), follow=False, since=None, tail=None)
    return [line.text for line in lines]


def test_lines_longer_than_a_block_come_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a" * 3 * BLOCK + b"\r\nb")
    assert texts(path) == ["a" * 3 * BLOCK, "b"]


def test_a_line_keeps_the_time_at_which_it_was_first_seen(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    one_reader = reader(path)

    def times() -> list[str]:
        lines = one_reader.lines(within(), follow=False, since=None, tail=None)
        return [line.time for line in lines]

    (first,) = times()

    def add_a_later_one() -> bool:
        with path.open("ab") as file:
            file.write(b"two\n")
        return times()[-1] > first

    # Until the clock's tick goes on, all lines are of the same moment.
    wait_until(add_a_later_one)
    assert times()[0] == first
    assert times() == sorted(times())


@pytest.mark.parametrize("first", [b"one\n", b"x" * 3 * BLOCK + b"\n", b""], ids=len)
def test_what_was_there_at_a_moment_is_known_to_be_older(first: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    # The size that somebody has noted is in the midst of a line, which has ended later.
    path.write_bytes(first + b"two\nthree\n")
    one = reader(path)
    at = path.stat().st_mtime - 5
    one.sightings.note(len(first) + 1, at)
    since = rfc3339(at + 2e-6)
    lines = one.lines(within(), follow=False, since=since, tail=None)
    assert [line.text for line in lines] == ["two", "three"]
    everything = one.lines(within(), follow=False, since=None, tail=None)
    assert [line.time < since for line in everything] == [True] * bool(first) + [False] * 2


def test_what_somebody_noted_is_put_in_its_place() -> None:
    seen = Sightings([10, 20], [100.0, 200.0])
    for size, at in [(15, 150.0), (5, 120.0), (20, 180.0), (30, 130.0), (12, 190.0)]:
        seen.note(size, at)
    known = {end: nanoseconds(seen.when(end)) / 1e9 for end in (5, 10, 12, 15, 20, 30)}
    assert known == {5: 100.0, 10: 100.0, 12: 130.0, 15: 130.0, 20: 130.0, 30: 130.0}
    assert (seen.sizes, seen.times) == (sorted(seen.sizes), sorted(seen.times))
    assert [seen.before(at * 10**9) for at in (99, 101, 131)] == [0, 10, 30]


@pytest.mark.parametrize("ago", [0.0, 0.05])
def test_a_line_is_not_older_than_it_can_be_though_the_clock_s_ticks_are_late(
    ago: float, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    before = time.time()
    path.write_bytes(b"one\n")
    os.utime(path, (before - ago, before - ago))
    (line,) = reader(path).lines(within(), follow=False, since=None, tail=None)
    assert line.time >= rfc3339(before)


def test_what_is_seen_later_is_later_though_the_clock_was_set_back(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    one = reader(path)
    one.sightings.note(4, time.time() + 3600)
    lines = [*one.lines(within(), follow=False, since=None, tail=None)]
    assert [line.text for line in lines] == ["one", "two"]
    assert one.sightings.times == sorted(one.sightings.times)
    late = one.lines(within(), follow=False, since=lines[1].time, tail=None)
    assert [line.text for line in late][-1:] == ["two"]


def test_what_was_looked_at_earlier_is_older_than_what_came_later(bench: Bench) -> None:
    found = bench.sh("echo early; read x < go; echo late", workdir=str(fifo(bench)))
    bench.lines(found)
    (early,) = bench.engine.logs(found, within())
    go(bench)
    bench.lines(found, 2)
    (_, late) = bench.engine.logs(found, within())
    assert late.time > early.time
    assert list(bench.engine.logs(found, within(), since=late.time)) == [late]


def test_asking_for_the_state_marks_a_moment_in_the_log(bench: Bench) -> None:
    """So that a test's own part of a log can be cut out without following it."""
    found = bench.sh("echo before; read x < go; echo during", workdir=str(fifo(bench)))
    bench.lines(found)
    bench.engine.state(found, within())
    before = list(bench.engine.logs(found, within()))
    go(bench)
    bench.await_end(found)
    assert list(bench.engine.logs(found, within()))[:1] == before


def test_so_does_listing_which_whoever_watches_does_once_a_second(bench: Bench) -> None:
    script = "echo early; read x < begun; read x < go; echo late"
    os.mkfifo(bench.folder / "begun")
    found = bench.sh(script, workdir=str(fifo(bench)))
    # It opens the pipe only when it has written.
    (bench.folder / "begun").write_text("\n")
    bench.instances()
    go(bench)
    bench.await_end(found)
    early, late = bench.engine.logs(found, within())
    assert early.time < late.time


def test_a_line_is_followed_only_when_it_is_whole(bench: Bench) -> None:
    found = bench.sh("printf begin; read x < go; echo ' end'", workdir=str(fifo(bench)))
    wait_until(lambda: bench.texts(found) == ["begin"])
    following = bench.engine.logs(found, within(), follow=True)
    go(bench)
    assert [line.text for line in following] == ["begin end"]


def test_what_was_written_just_before_the_end_is_followed(bench: Bench) -> None:
    found = bench.python("print('\\n'.join(map(str, range(20000))), end='')")
    lines = bench.engine.logs(found, within(), follow=True)
    assert [line.text for line in lines] == [str(number) for number in range(20000)]


def test_both_streams_are_in_one_log_in_their_order(bench: Bench) -> None:
    found = bench.sh("for i in 1 2 3; do echo out $i; echo err $i >&2; done")
    bench.await_end(found)
    assert bench.texts(found) == ["out 1", "err 1", "out 2", "err 2", "out 3", "err 3"]


def test_following_a_log_that_was_emptied_goes_on_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    following = reader(path).lines(within(), follow=True, since=None, tail=None)
    assert next(following).text == "one"
    path.write_bytes(b"")
    assert list(following) == []


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_a_reading_that_is_not_to_be_begins_not_at_all(tmp_path: Path, end: str) -> None:
    stop = Stop()
    stop.order() if end == "stopped" else None
    deadline = Deadline.after(-1 if end == "late" else 60, stop)
    path = tmp_path / "log"
    path.touch()
    with pytest.raises(Stopped if end == "stopped" else TimedOut):
        list(reader(path).lines(deadline, follow=False, since=None, tail=None))


def test_a_log_that_was_removed_is_gone(bench: Bench) -> None:
    found = bench.sleeper()
    bench.remove(found)
    with pytest.raises(Gone, match="there is no log"):
        bench.texts(found)


def fifo(bench: Bench) -> Path:
    """A folder with a pipe called `go`, which makes whoever reads it wait."""
    os.mkfifo(bench.folder / "go")
    return bench.folder


def go(bench: Bench) -> None:
    (bench.folder / "go").write_text("\n")

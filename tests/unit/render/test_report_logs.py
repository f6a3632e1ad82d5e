"""How much of the logs a page holds, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from artifact_folders import BEGAN, stamp

from orchestrator.render.report import logs
from orchestrator.render.report.pieces import time_of


def written(path: Path, count: int, *, every: float = 1.0, width: int = 0) -> Path:
    text = "".join(f"{stamp(BEGAN + n * every)} line {n}{' ' * width}\n" for n in range(count))
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, *windows: tuple[float, float]) -> logs.Log:
    (found,) = logs.read({"a": path}, path.parent, windows)
    return found


def test_lines_have_their_times(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(
        b"before any time\n"
        b"2026-09-21T14:13:20.5Z one\n"
        b"  goes on\n"
        b"\n"
        b"2026-09-21T16:13:21.123456789+02:00 two \xff\n"
        b"2026-99-99T00:00:00Z no time\n"
        b"2026-09-2"
    )
    assert read(path).lines == (
        (None, "before any time"),
        (BEGAN + 0.5, "one"),
        (BEGAN + 0.5, "  goes on"),
        (BEGAN + 1.1234567, "two \ufffd"),
        (BEGAN + 1.1234567, "2026-99-99T00:00:00Z no time"),
        (BEGAN + 1.1234567, "2026-09-2"),
    )


@pytest.mark.parametrize("word", ["", "x", "2026", "9" * 50, "2026-09-21", "0000-00-00T00:00:00Z"])
def test_odd_times_do_no_harm(word: str) -> None:
    time_of(word)


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ({"a": 3, "b": 4}, {"a": 3, "b": 4}),
        ({"a": 100, "b": 3}, {"a": 10, "b": 3}),
        ({"a": 100, "b": 100, "c": 100}, {"a": 7, "b": 7, "c": 6}),
        ({"a": 100, "b": 2, "c": 100}, {"a": 9, "b": 2, "c": 9}),
        ({}, {}),
    ],
)
def test_small_logs_are_whole_and_large_ones_share(
    sizes: dict[str, int], shares: dict[str, int]
) -> None:
    found = logs.shares(sizes, of_one=10, of_all=20)
    assert sum(found.values()) == sum(shares.values())
    assert sorted(found.values()) == sorted(shares.values())
    assert all(found[name] <= size for name, size in sizes.items())


def test_of_a_long_log_the_end_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_OF_ONE", 4_000)
    found = read(written(tmp_path / "a.log", 1_000))
    assert found.lines[-1] == (BEGAN + 999, "line 999")
    assert found.gaps == ((0, 1_000 - len(found.lines)),)
    assert found.lines[0] == (BEGAN + found.left_out, f"line {found.left_out}")
    assert 120 > len(found.lines) > 90


def test_so_is_what_failing_tests_are_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_OF_ONE", 100_000)
    path = written(tmp_path / "a.log", 20_000)
    window = (BEGAN + 3_000, BEGAN + 3_100)
    found = read(path, window, (BEGAN + 9_000, BEGAN + 9_001), (BEGAN + 90_000, BEGAN + 90_001))
    texts = [text for _, text in found.lines]
    for n in (3_000, 3_050, 3_100, 9_000, 9_001, 19_999):
        assert f"line {n}" in texts
    times = [at for at, _ in found.lines if at is not None]
    assert times == sorted(times)
    assert len(found.lines) + found.left_out == 20_000
    assert found.gaps[0][0] == 0
    assert len(found.gaps) == 3


def test_a_window_never_takes_all_the_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_OF_ONE", 40_000)
    found = read(written(tmp_path / "a.log", 20_000), (BEGAN, BEGAN + 20_000))
    assert found.lines[0][1] == "line 0"
    assert found.lines[-1][1] == "line 19999"
    assert sum(len(text) for _, text in found.lines) < 40_000


def test_a_log_without_times_and_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_OF_ONE", 10_000)
    path = tmp_path / "a.log"
    path.write_bytes(b"x" * 1_000_000)
    found = read(path, (BEGAN, BEGAN + 1))
    assert (len(found.lines) <= 1, found.left_out) == (True, 1)


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"{stamp(BEGAN)} {'y' * 1_000_000}\n", encoding="utf-8")
    ((_, text),) = read(path).lines
    assert text == f"{'y' * 4_000} … 996,000 more characters"


def test_what_cannot_be_read_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "none.log") == logs.Log(name="a", file="none.log")

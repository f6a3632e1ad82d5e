"""What a CI system is told with is done; what cannot be done is noticed, and hinders nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from orchestrator.ci.telling import CALL_SECONDS, perform
from orchestrator.ci.tongues import Append, Call, Deed, Say


class Screen:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, lines: Iterable[str]) -> None:
        self.lines += lines


def done(*deeds: Deed, seconds: float = CALL_SECONDS) -> tuple[list[str], list[str]]:
    """What was written, and what was noticed."""
    screen, noticed = Screen(), []
    perform(deeds, screen, noticed.append, seconds)
    return screen.lines, noticed


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def test_lines_are_written_files_filled_and_programs_told(tmp_path: Path) -> None:
    file, seen = tmp_path / "summary", tmp_path / "seen"
    file.write_text("before")
    reads = f"import sys, pathlib; pathlib.Path({str(seen)!r}).write_text(sys.stdin.read())"
    told = done(Say(("a", "b")), Append(str(file), "\nbehind é"), Call(python(reads), "said"))
    assert told == (["a", "b"], [])
    assert file.read_text() == "before\nbehind é"
    assert seen.read_text() == "said"


def test_a_file_with_a_limit_is_not_filled_beyond_it(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_text("x" * 900)
    assert done(Append(str(file), "a line\n" * 100, limit=1000)) == ([], [])
    assert 900 < file.stat().st_size <= 1000


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (Append("/dev/null/file", "x"), "/dev/null/file: Not a directory"),
        (Call(("no-such-agent", "annotate")), "no-such-agent: No such file or directory"),
        (Call(python("import sys; sys.exit('a\\nthe reason')")), "exit code 1: the reason"),
        (Call(python("raise SystemExit(3)")), "ended with exit code 3"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(deed: Deed, words: str) -> None:
    written, (noticed,) = done(deed, Say(("after",)))
    assert written == ["after"]
    assert noticed.startswith("the CI system could not be told: ")
    assert noticed.endswith(words)
    assert "\n" not in noticed


def test_a_program_that_does_not_end_is_not_waited_for() -> None:
    _, (noticed,) = done(Call(python("import time; time.sleep(60)")), seconds=0.05)
    assert noticed.endswith("-c has not ended within 0.05 s")

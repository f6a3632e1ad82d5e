"""Events are kept for as long as there is room, and what is missing is told."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from orchestrator.artifacts.whole import write_whole
from orchestrator.ci.kept_events import KeptEvents, kept_events
from orchestrator.ci.writing import Unwritten
from orchestrator.model.event import Noticed

FULL = OSError(28, "No space left on device")


class Small(io.StringIO):
    """A stream with room for one line, which is empty again later."""

    fills = (False, True, False)
    lines = 0

    def flush(self) -> None:
        self.lines += 1
        if self.fills[self.lines - 1]:
            raise FULL


def test_after_one_that_has_no_room_no_other_is_written() -> None:
    stream, unwritten, told = Small(), Unwritten(), list[str]()
    events = KeptEvents(stream, unwritten)
    for text in ("one", "two", "three"):
        events.show(Noticed(at=0.0, text=text))
    assert "three" not in stream.getvalue()
    unwritten.note("record", FULL)
    unwritten.note("record", FULL)
    unwritten.note("report", ValueError("odd"))
    unwritten.tell(told.append)
    assert told == [
        "not all artifacts could be kept: No space left on device (events, record)",
        "not all artifacts could be kept: ValueError: odd (report)",
    ]


def test_an_empty_file_of_events_does_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with kept_events(path, Unwritten()):
        assert path.exists()
    assert not path.exists()
    with kept_events(path, Unwritten()) as events:
        events.show(Noticed(at=0.0, text="one"))
    assert path.read_text().count("\n") == 1


def test_a_file_that_has_no_room_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"

    def half(self: Path, *_: object, **__: object) -> None:
        self.touch()
        raise FULL

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "x")
    assert not path.exists()

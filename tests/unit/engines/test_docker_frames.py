"""Taking the engine's two streams apart."""

from __future__ import annotations

import io
from http.client import IncompleteRead

import pytest
from scripted_daemon import frame

from orchestrator.engines.docker.frames import frames
from orchestrator.errors import EngineError


def test_frames_are_taken_apart_in_order() -> None:
    data = frame(1, b"one") + frame(2, b"two") + frame(1, b"") + frame(0, b"three")
    expected = [("stdout", b"one"), ("stderr", b"two"), ("stdout", b"three")]
    assert list(frames(io.BytesIO(data).read)) == expected


def test_a_head_that_was_read_already_counts() -> None:
    data = frame(2, b"one") + frame(1, b"two")
    rest = io.BytesIO(data[3:])
    assert list(frames(rest.read, data[:3])) == [("stderr", b"one"), ("stdout", b"two")]


def test_nothing_has_no_frames() -> None:
    assert list(frames(io.BytesIO().read)) == []


@pytest.mark.parametrize("length", range(1, 11))
def test_an_end_inside_a_frame_is_no_end(length: int) -> None:
    with pytest.raises(IncompleteRead):
        list(frames(io.BytesIO(frame(1, b"one")[:length]).read))


def test_an_error_of_the_engine_is_raised() -> None:
    with pytest.raises(EngineError, match="the log is lost"):
        list(frames(io.BytesIO(frame(3, b"the log is lost")).read))

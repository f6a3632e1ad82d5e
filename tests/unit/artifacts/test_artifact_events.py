"""Events as lines, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from orchestrator.artifacts.events import as_json, from_json, read
from orchestrator.artifacts.folder import Folder
from orchestrator.errors import Evidence
from orchestrator.model.event import (
    Collected,
    CommandEnded,
    CommandStarted,
    Event,
    ImagesDone,
    ImagesWanted,
    InstanceDied,
    Noticed,
    ProbeAnswered,
    RunCompared,
    RunKept,
    RunReady,
    RunRemoved,
    RunStarted,
    StepBroke,
    StepDone,
    StepProgress,
    StepStarted,
    StepStopped,
)

EVIDENCE = Evidence(
    seconds=1.5, answer="no", state="exited with 1", log=("boom", "bang"), file="a.sql", line=3
)

ALL: list[Event] = [
    RunStarted(
        at=1.5,
        run="shop-1",
        name="shop",
        engines=("docker 28",),
        resources=("a", "b"),
        waits=(("b", ("a", "nats:2")),),
        tasks=("b",),
        reason="because",
    ),
    RunCompared(at=1, run="shop-1", changes=(("a", "kept", "the same"),)),
    StepStarted(at=1, step="start a", subject="a", cause="why", after=("open docker",)),
    StepProgress(at=1, step="pull x", subject="x", text="t", done=1, total=2, unit="B"),
    ProbeAnswered(at=1, step="ready a", subject="a", answer="50\u2028%\x00\u202e"),
    StepDone(at=1, step="start a", subject="a", seconds=0.5),
    StepBroke(
        at=1, step="ready a", subject="a", seconds=2, message="m", hint="h", evidence=EVIDENCE
    ),
    StepStopped(at=1, step="ready a", subject="a", evidence=EVIDENCE),
    RunReady(at=1, run="shop-1", seconds=2, addresses=(("a", "redis://h:1"),)),
    CommandStarted(at=1, command=("pytest", "-q")),
    CommandEnded(at=1, command=("pytest", "-q"), code=1, seconds=2),
    Collected(at=1, seconds=0.1, instances=3),
    InstanceDied(at=1, subject="a", state="exited", log=("x",)),
    RunKept(at=1, run="shop-1", expires=9, instances=("a",)),
    RunRemoved(at=1, run="shop-1", seconds=0.4, removed=3),
    Noticed(at=1, text="</script>"),
    ImagesWanted(at=1, name="shop", images=("nats:2", "redis:7")),
    ImagesDone(at=1, seconds=0.2),
]


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    line = as_json(event)
    assert from_json(line) == event
    assert "\n" not in line


def test_no_kind_is_forgotten_here() -> None:
    assert {type(event) for event in ALL} == set(get_args(Event))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '{"event": "StepDone"}',
        '{"event": "Unheard", "at": 1}',
        '{"event": ["StepDone"], "at": 1}',
        '{"event": "Noticed", "at": NaN, "text": ""}',
        '{"event": "Noticed", "at": 1e999, "text": ""}',
        '{"event": "Noticed", "at": "soon", "text": ""}',
    ],
)
def test_what_is_no_event(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- its words are read by nobody
        from_json(line)


def test_what_a_later_version_adds_is_left_out() -> None:
    fields = {"event": "Noticed", "at": 1, "text": "x", "colour": "red"}
    assert from_json(json.dumps(fields)) == Noticed(at=1, text="x")


def test_reading_skips_what_is_no_event(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    lines = [as_json(ALL[2]), "[" * 100_000, "\ufffd", as_json(ALL[4]), as_json(ALL[5])[:20]]
    folder.events.write_bytes("\n".join(lines).encode() + b"\xff")
    assert list(read(folder)) == [ALL[2], ALL[4]]


def test_reading_what_is_not_there(tmp_path: Path) -> None:
    assert list(read(Folder(tmp_path / "none"))) == []

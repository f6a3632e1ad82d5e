"""Which snapshots are known, which were used last, and which have to go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.lifecycle import snapshotting
from orchestrator.lifecycle.snapshotting import known, note_use, remove, trim, wanted
from orchestrator.model.launch import Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.model.snapshot import Snapshot, snapshot_image
from orchestrator.waiting import Deadline

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path)}


@pytest.fixture
def engine() -> FakeEngine:
    """Four of 4 bytes each, from the oldest to the newest."""
    engine = FakeEngine(snapshots=True)
    for created, key in enumerate(("one", "two", "three", "four"), 1):
        engine.world.snapshots[key] = Snapshot("docker", key, "shop: db", 4, created)
    return engine


def keys(found: list[Snapshot]) -> list[str]:
    return [one.key for one in found]


def test_the_last_used_come_first(engine: FakeEngine, environ: dict[str, str]) -> None:
    assert keys(known(engine, environ)) == ["four", "three", "two", "one"]
    note_use(["one"], environ)
    found = known(engine, environ)
    assert keys(found) == ["one", "four", "three", "two"]
    assert found[0].used == pytest.approx(time.time(), abs=60)
    assert found[1].used == 4.0


def test_those_not_used_for_longest_go_first(engine: FakeEngine, environ: dict[str, str]) -> None:
    note_use(["one"], environ)
    assert keys(trim(engine, environ, 8)) == ["three", "two"]
    assert keys(known(engine, environ)) == ["one", "four"]
    assert trim(engine, environ, 8) == []


def test_the_last_used_one_stays_however_large(engine: FakeEngine, environ: dict[str, str]) -> None:
    assert keys(trim(engine, environ, 1)) == ["three", "two", "one"]
    assert keys(known(engine, environ)) == ["four"]


def test_what_something_runs_from_stays(engine: FakeEngine, environ: dict[str, str]) -> None:
    launch = Launch(LABELS, Instance("db"), image=snapshot_image("two"))
    engine.start(launch, Deadline.after(20))
    assert keys(trim(engine, environ, 8)) == ["one"]
    assert keys(known(engine, environ)) == ["four", "three", "two"]


def test_its_note_goes_with_it(engine: FakeEngine, environ: dict[str, str], tmp_path: Path) -> None:
    note_use(["one", "two"], environ)
    remove(engine, "one", environ)
    remove(engine, "one", environ)
    (note,) = tmp_path.rglob("two")
    assert not list(tmp_path.rglob("one"))
    assert note.parent.stat().st_mode & 0o777 == 0o700


def test_one_that_is_refused_keeps_its_note(
    engine: FakeEngine, environ: dict[str, str], tmp_path: Path
) -> None:
    note_use(["one"], environ)
    engine.fail("remove_snapshot", "", EngineError("it is in use"))
    with pytest.raises(EngineError):
        remove(engine, "one", environ)
    assert list(tmp_path.rglob("one"))


def test_that_nothing_can_be_noted_is_no_matter(
    engine: FakeEngine, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "greenroom").write_text("no folder")
    note_use(["one"], environ)
    assert keys(known(engine, environ))[0] == "four"
    assert os.listdir(tmp_path) == ["greenroom"]  # noqa: PTH208


@pytest.mark.parametrize("word", ["off", "OFF", "no", "0", "false", "never"])
def test_they_can_be_left_out_by_a_setting(word: str) -> None:
    assert not wanted({snapshotting.SWITCH: word})


@pytest.mark.parametrize(
    "environ", [{}, {"GREENROOM_SNAPSHOTS": ""}, {"GREENROOM_SNAPSHOTS": "on"}]
)
def test_otherwise_they_are_wanted(environ: dict[str, str]) -> None:
    assert wanted(environ)

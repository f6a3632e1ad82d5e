"""The fake engine keeps seeded state, and answers a client whose input stays open."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from orchestrator.engines.engine import Snapshots
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.model.launch import Found, Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.model.snapshot import snapshot_image
from orchestrator.waiting import Deadline

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
SOON = Deadline()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(snapshots=True)


def started(engine: FakeEngine, image: str = "postgres:17") -> Found:
    return engine.start(Launch(LABELS, Instance("ledger"), image=image), SOON)


def test_it_says_only_when_told_that_it_keeps_snapshots(engine: FakeEngine) -> None:
    assert isinstance(engine, Snapshots)
    assert engine.describe(SOON).snapshots
    assert not FakeEngine().describe(SOON).snapshots


def test_what_is_stored_is_an_image_to_start_from(engine: FakeEngine) -> None:
    engine.store(started(engine), "abc", "postgres:17", "payments: ledger", LABELS, SOON)
    assert [(one.key, one.of) for one in engine.snapshots(SOON)] == [("abc", "payments: ledger")]
    assert engine.image_id(snapshot_image("abc"), SOON)
    assert engine.built(SOON) == []
    engine.remove_snapshot("abc", SOON)
    engine.remove_snapshot("abc", SOON)
    assert engine.snapshots(SOON) == []
    assert engine.image_id(snapshot_image("abc"), SOON) is None


def test_a_snapshot_from_which_something_runs_stays(engine: FakeEngine) -> None:
    engine.store(started(engine), "abc", "postgres:17", "payments: ledger", LABELS, SOON)
    engine.remove(engine.list(SOON)[0], SOON)
    found = started(engine, snapshot_image("abc"))
    with pytest.raises(EngineError, match="cannot remove the snapshot abc: it is in use"):
        engine.remove_snapshot("abc", SOON)
    engine.remove(found, SOON)
    engine.remove_snapshot("abc", SOON)


def test_a_client_is_heard_while_its_input_is_open(engine: FakeEngine) -> None:
    found = started(engine)
    heard, more = threading.Event(), threading.Event()
    told: list[bytes] = []

    def listen(_stream: str, data: bytes) -> None:
        told.append(data)
        heard.set()

    def words() -> Iterator[bytes]:
        yield b"select 1;\n\\echo first\n"
        assert more.wait(20)
        yield b"\\echo second\n"

    client = threading.Thread(
        target=engine.exec,
        args=(found, ["psql"], SOON),
        kwargs={"stdin": words(), "output": listen},
    )
    client.start()
    assert heard.wait(20)
    assert told == [b"first\n"]
    more.set()
    client.join(20)
    assert told == [b"first\n", b"second\n"]

"""What every engine that keeps seeded state promises: whole, found by its key, until removed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from engine_cases import Case, needs, within
from engine_steps import first_line, over, printed

from orchestrator.engines.engine import Snapshots
from orchestrator.errors import EngineError
from orchestrator.model.launch import Found
from orchestrator.model.snapshot import Snapshot
from orchestrator.waiting import Deadline, Stopped, TimedOut


def test_it_says_whether_it_keeps_any(engine_case: Case) -> None:
    keeps = "snapshots" in engine_case.abilities
    assert engine_case.engine.describe(within()).snapshots is keeps


def shelf(engine_case: Case) -> Snapshots:
    """An engine object that knows nothing but what the engine does."""
    engine = engine_case.another_engine()
    assert isinstance(engine, Snapshots)
    return engine


@pytest.fixture
def key(engine_case: Case) -> Iterator[str]:
    """A key of the test's own, whose snapshot goes with it."""
    made = uuid.uuid4().hex[:12]
    yield made
    shelf(engine_case).remove_snapshot(made, within())


def copied(engine_case: Case, text: str = "kept") -> Found:
    """Something that has copied its data aside."""
    found = engine_case.start(engine_case.copies(engine_case.new_run(), text))
    first_line(engine_case, found)
    return found


def store(engine_case: Case, found: Found, key: str) -> None:
    labels = engine_case.new_run()
    image = engine_case.copies(labels, "").image
    shelf(engine_case).store(found, key, image, "shop: ledger", labels, within())


def of_key(engine_case: Case, key: str) -> list[Snapshot]:
    return [one for one in shelf(engine_case).snapshots(within()) if one.key == key]


@needs("snapshots")
def test_it_is_found_by_its_key_until_it_is_removed(engine_case: Case, key: str) -> None:
    assert not shelf(engine_case).has_snapshot(key, within())
    store(engine_case, copied(engine_case), key)
    assert shelf(engine_case).has_snapshot(key, within())
    (snapshot,) = of_key(engine_case, key)
    assert (snapshot.engine, snapshot.of) == (engine_case.engine.name, "shop: ledger")
    assert snapshot.size > 0
    for _ in range(2):
        shelf(engine_case).remove_snapshot(key, within())
        assert not shelf(engine_case).has_snapshot(key, within())
        assert of_key(engine_case, key) == []


@needs("snapshots")
def test_it_outlives_what_it_was_made_of(engine_case: Case, key: str) -> None:
    found = copied(engine_case)
    store(engine_case, found, key)
    engine_case.engine.remove(found, within())
    engine_case.engine.close(found.run, within())
    assert shelf(engine_case).has_snapshot(key, within())


@needs("snapshots", "programs")
def test_others_begin_with_its_data_as_often_as_they_want(engine_case: Case, key: str) -> None:
    store(engine_case, copied(engine_case, "two words"), key)
    for _ in range(2):
        found = engine_case.start(engine_case.restored(engine_case.new_run(), key))
        assert printed(engine_case, found) == "two words"
        engine_case.engine.remove(found, within())


@needs("snapshots", "programs")
def test_a_second_one_of_a_key_takes_its_place(engine_case: Case, key: str) -> None:
    for text in ("first", "second"):
        store(engine_case, copied(engine_case, text), key)
    found = engine_case.start(engine_case.restored(engine_case.new_run(), key))
    assert printed(engine_case, found) == "second"
    assert len(of_key(engine_case, key)) == 1
    engine_case.engine.remove(found, within())


@needs("snapshots", "programs")
def test_what_has_copied_nothing_aside_is_not_kept(engine_case: Case, key: str) -> None:
    with pytest.raises(EngineError):
        store(engine_case, engine_case.start(engine_case.lives(engine_case.new_run())), key)
    assert not shelf(engine_case).has_snapshot(key, within())


@needs("snapshots", "programs")
def test_nothing_begins_with_what_is_not_there(engine_case: Case, key: str) -> None:
    labels = engine_case.new_run()
    with pytest.raises(EngineError):
        engine_case.start(engine_case.restored(labels, key))
    assert engine_case.has(labels) == []


@needs("snapshots")
@pytest.mark.parametrize("end", ["stopped", "late"])
def test_no_verb_begins_when_its_time_is_over(engine_case: Case, end: str, key: str) -> None:
    found, labels = copied(engine_case), engine_case.new_run()
    image = engine_case.copies(labels, "").image
    keeps = shelf(engine_case)
    verbs: list[Callable[[Deadline], object]] = [
        lambda deadline: keeps.store(found, key, image, "shop: ledger", labels, deadline),
        lambda deadline: keeps.has_snapshot(key, deadline),
        keeps.snapshots,
        lambda deadline: keeps.remove_snapshot(key, deadline),
    ]
    for verb in verbs:
        with pytest.raises(Stopped if end == "stopped" else TimedOut):
            verb(over(end))
    assert not keeps.has_snapshot(key, within())

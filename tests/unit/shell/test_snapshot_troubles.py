"""Snapshots that cannot be made, are damaged, are made by another, or are not wanted."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from seeded_place import LATER, LETS_IN, SeededPlace

from orchestrator import StepFailed
from orchestrator.copying import keeping
from orchestrator.errors import EngineError
from orchestrator.lifecycle import snapshotting
from orchestrator.lifecycle.planner import Planner
from orchestrator.model.launch import ExecResult, State
from orchestrator.model.snapshot import DAMAGED, TAKE
from orchestrator.waiting import Deadline, Stopped, poll


def test_the_first_up_keeps_and_the_second_restores(seeded: SeededPlace) -> None:
    with seeded.environment():
        (key,) = seeded.keys
    seeded.finish_task()
    seeded.events.clear()
    with seeded.environment() as again:
        assert sorted(seeded.steps) == sorted(LATER)
        launch = seeded.docker.world.launches[f"{again.run}/ledger"]
        assert launch.image == f"greenroom/snapshot:{key}"
        assert launch.user == "postgres"
        assert launch.entrypoint
        assert "migrate" not in again
    assert seeded.keys == {key}
    assert snapshotting.known(seeded.docker, {})[0].of == "kept: ledger (postgres:17)"


@pytest.mark.parametrize("how", ["asked", "environ"])
def test_without_snapshots_everything_is_seeded_and_nothing_kept(
    how: str, seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded.up_once()
    settings: dict[str, Any] = {"snapshots": False} if how == "asked" else {}
    if how == "environ":
        monkeypatch.setenv("GREENROOM_SNAPSHOTS", "Off")
    before = seeded.keys
    with seeded.environment(**settings):
        assert "seed ledger 1 schema.sql" in seeded.steps
        assert "store ledger" not in seeded.steps
        assert "template ledger" in seeded.steps
    assert seeded.keys == before


def refuse_copy(argv: tuple[str, ...], stdin: bytes) -> ExecResult:
    return ExecResult(1, "", "pg_basebackup: no space left") if TAKE in argv else ExecResult(0)


@pytest.mark.parametrize("verb", ["copy", "store"])
def test_that_a_snapshot_cannot_be_made_is_told_and_no_failure(
    verb: str, seeded: SeededPlace
) -> None:
    if verb == "copy":
        seeded.docker.answers("ledger", refuse_copy)
        seeded.docker.fail("store", "ledger", EngineError("Could not find the file"))
        words = "pg_basebackup: no space left (exit code 1)"
    else:
        seeded.docker.fail("store", "ledger", EngineError("no space left on device"))
        words = "no space left on device"
    with seeded.environment() as environment:
        assert environment["ledger"].url
    assert seeded.noticed == [f"there will be no snapshot of ledger: {words}"]
    assert seeded.keys == set()
    seeded.assert_nothing_left()


def test_a_snapshot_that_takes_too_long_is_done_without(
    seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.plan.seeded_state.SNAPSHOT_SECONDS", 0.05)
    seeded.docker.hang("store", "ledger")
    with seeded.environment():
        pass
    assert seeded.noticed == ["there will be no snapshot of ledger: it took too long"]


@pytest.mark.parametrize("verb", ["exec", "store"])
def test_the_order_to_stop_ends_the_making_of_a_snapshot(verb: str, seeded: SeededPlace) -> None:
    seeded.docker.hang(verb, "ledger")
    environment = seeded.environment()
    raised: list[BaseException] = []

    def up() -> None:
        try:
            environment.up()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=up)
    thread.start()
    poll(lambda: any(one.startswith(verb) for one in seeded.docker.calls), Deadline.after(20))
    environment.stop()
    thread.join(20)
    assert [type(one) for one in raised] == [Stopped]
    assert seeded.keys == set()
    seeded.assert_nothing_left()


def test_a_damaged_snapshot_is_removed_and_made_anew_once(seeded: SeededPlace) -> None:
    seeded.up_once()
    (key,) = seeded.keys
    seeded.docker.fail("start", "ledger", EngineError("what is this?"), at=1)
    with seeded.environment() as environment:
        assert environment["ledger"].url
    assert seeded.noticed == [f"ledger cannot be restored from snapshot {key}; it is seeded anew"]
    assert f"remove_snapshot {key}" in seeded.docker.calls
    assert seeded.steps.count("restore ledger") == 1
    assert seeded.steps.count("seed ledger 1 schema.sql") == 1
    assert seeded.keys == {key}, "it is made anew"
    seeded.assert_nothing_left()


def test_a_server_that_finds_its_snapshot_damaged_has_it_made_anew(
    seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded.up_once()
    (key,) = seeded.keys
    seeded.docker.replies("ledger", b"")
    seeded.docker.becomes("ledger", State("exited", DAMAGED))
    distrust = Planner.distrust

    def recovers(planner: Planner, damaged: dict[str, str]) -> None:
        seeded.docker.replies("ledger", LETS_IN)
        distrust(planner, damaged)

    monkeypatch.setattr(Planner, "distrust", recovers)
    with seeded.environment():
        assert seeded.noticed == [
            f"ledger cannot be restored from snapshot {key}; it is seeded anew"
        ]
    assert seeded.keys == {key}
    seeded.assert_nothing_left()


def test_one_that_is_to_be_kept_when_it_fails_is_not_kept_with_a_damaged_snapshot(
    seeded: SeededPlace,
) -> None:
    seeded.up_once()
    seeded.docker.fail("start", "ledger", EngineError("what is this?"), at=1)
    with seeded.environment(keep="failed"):
        pass
    seeded.assert_nothing_left()


def test_what_fails_when_seeded_anew_too_is_told_and_not_tried_again(seeded: SeededPlace) -> None:
    seeded.up_once()
    seeded.docker.fail("start", "ledger", EngineError("the engine is broken"))
    with pytest.raises(StepFailed, match="the engine is broken") as failed:
        seeded.environment().up()
    assert failed.value.step == "start ledger"
    assert seeded.docker.calls.count("start ledger") == 2, "restored, and once seeded"
    seeded.assert_nothing_left()


def test_a_way_up_that_has_no_time_left_is_not_begun_again(seeded: SeededPlace) -> None:
    seeded.up_once()
    before = seeded.keys
    seeded.docker.replies("ledger", b"")
    with pytest.raises(StepFailed, match="ledger is not ready"):
        seeded.environment(timeout=2).up()
    assert seeded.keys == before, "that the time was short says nothing against a snapshot"
    assert seeded.docker.calls.count("start ledger") == 1
    seeded.assert_nothing_left()


def test_a_failure_of_somebody_else_says_nothing_against_a_snapshot(seeded: SeededPlace) -> None:
    seeded.up_once()
    before = seeded.keys
    seeded.docker.fail("start", "api", EngineError("what is this?"))
    with pytest.raises(StepFailed, match="what is this"):
        seeded.environment().up()
    assert seeded.keys == before
    assert seeded.noticed == []


def in_a_thread(place: SeededPlace) -> threading.Thread:
    """Bring a place up and down again on the side."""

    def up() -> None:
        with place.environment():
            pass

    thread = threading.Thread(target=up)
    thread.start()
    return thread


def test_what_another_makes_meanwhile_is_waited_for_and_restored(
    seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three at the same moment: one seeds, the others wait and restore."""
    waited_for = threading.Event()
    store = keeping.store

    def slow(*words: Any) -> None:
        assert waited_for.wait(20)
        store(*words)

    monkeypatch.setattr(keeping, "store", slow)
    others = [SeededPlace(seeded.folder), SeededPlace(seeded.folder)]
    for other in others:
        other.docker = seeded.docker
    threads = [in_a_thread(seeded)]
    poll(lambda: "snapshot ledger" in seeded.steps, Deadline.after(20))
    threads += [in_a_thread(other) for other in others]
    poll(lambda: all(other.noticed for other in others), Deadline.after(20))
    seeded.finish_task()
    waited_for.set()
    for thread in threads:
        thread.join(30)
    for other in others:
        words = "another greenroom is making the same snapshot; waiting until it is there"
        assert other.noticed == [words]
        assert sorted(other.steps) == sorted([*LATER, *removal(other)])
    assert [one for one in seeded.docker.calls if one.startswith("store")] == [
        f"store ledger {key}" for key in seeded.keys
    ]
    seeded.assert_nothing_left()


def removal(place: SeededPlace) -> list[str]:
    """The steps that have removed something."""
    return [step for step in place.steps if step.startswith(("remove", "close"))]


def test_the_order_to_stop_ends_the_wait_for_another_who_makes_it(seeded: SeededPlace) -> None:
    environment = seeded.environment()
    plan = environment.plan()
    raised: list[BaseException] = []

    def up() -> None:
        try:
            environment.up()
        except BaseException as error:
            raised.append(error)

    with snapshotting.turns(plan, environment._environ, Deadline.after(20), lambda: None):
        thread = threading.Thread(target=up)
        thread.start()
        poll(lambda: bool(seeded.noticed), Deadline.after(20))
        environment.stop()
        thread.join(20)
        assert [type(one) for one in raised] == [Stopped]
    seeded.assert_nothing_left()


def test_one_who_is_not_waited_for_any_longer_is_done_without(
    seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot is a help: that another takes long over it must not end anybody's way up."""
    monkeypatch.setattr(snapshotting, "TURN_SECONDS", 0.1)
    environment = seeded.environment()
    with (
        snapshotting.turns(environment.plan(), environment._environ, Deadline(), lambda: None),
        environment,
    ):
        assert "seed ledger 1 schema.sql" in seeded.steps
        assert "store ledger" not in seeded.steps
    assert seeded.keys == set()


def test_a_manifest_without_seeds_is_kept_too(seeded: SeededPlace) -> None:
    """Initialising a server's data takes longer than copying it."""
    seeded.manifest = {"name": "bare", "databases": {"ledger": {"use": "postgres:17"}}}
    with seeded.environment():
        pass
    assert len(seeded.keys) == 1

"""What the watchdog does when nobody needs a run any more, on engines in memory."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable

import pytest

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError, EngineUnavailable, NotRemoved
from orchestrator.host.owner import Owner
from orchestrator.lifecycle.removal import remove_run
from orchestrator.lifecycle.survey import Run, Survey
from orchestrator.lifecycle.sweeping import ownerless, sweep, sweeping
from orchestrator.model.event import Event, Noticed
from orchestrator.model.launch import Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline
from orchestrator.watchdog import remover

DEAD = dataclasses.replace(Owner.here(), pid=2**22 - 3)


def labels(run: str = "shop-1", owner: Owner = DEAD) -> RunLabels:
    return RunLabels(run, "identity", "shop", "/shop.yaml", str(owner), int(time.time()) + 60)


def started(engine: FakeEngine, made: RunLabels, *names: str) -> None:
    engine.open(made, Deadline())
    for name in names:
        engine.start(Launch(labels=made, instance=Instance(name), image="a"), Deadline())


def left(engine: FakeEngine) -> int:
    return len(engine.world.instances) + len(engine.world.places)


def test_everything_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    engine = FakeEngine()
    started(engine, labels(), "ledger", "api")
    assert remover.remove("shop-1", {"docker": engine}, patience=10)
    assert left(engine) == 0


def test_what_appears_late_is_removed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine()
    started(engine, labels(), "ledger")
    pauses = [lambda: started(engine, labels(), "late"), lambda: None, lambda: None]
    monkeypatch.setattr(remover, "Stop", lambda: Pause(pauses))
    assert remover.remove("shop-1", {"docker": engine}, patience=10)
    assert left(engine) == 0
    assert "remove late" in engine.calls


class Pause:
    """Lets something happen while somebody waits."""

    def __init__(self, happenings: list[Callable[[], None]]) -> None:
        self._happenings = happenings

    def wait(self, seconds: float) -> None:
        assert seconds == remover.QUIET_SECONDS
        self._happenings.pop(0)()


def test_an_engine_that_does_not_answer_is_asked_until_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = FakeEngine()
    started(engine, labels(), "ledger")
    engine.fail("list", "shop-1", EngineUnavailable("no engine answers", hint="start one"), at=1)
    engine.fail("remove", "ledger", EngineError("device busy"), at=1)
    assert remover.remove("shop-1", {"docker": engine}, patience=10)
    assert left(engine) == 0
    said = capsys.readouterr().err
    assert "no engine answers; start one" in said
    assert engine.calls.count("remove ledger") == 2


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
def test_the_folder_of_a_run_with_processes_goes_last_of_all(silent: bool) -> None:
    """It says until when the rest may live, and on which engines that is."""
    docker, process = FakeEngine("docker"), FakeEngine("process")
    for engine in (docker, process):
        started(engine, labels(), "ledger")
    engines = {"docker": docker, "process": process}
    docker.fail("remove", "ledger", EngineError("device busy"))
    if silent:
        docker.fail("list", "shop-1", EngineUnavailable("no engine answers"))
    with pytest.raises(EngineUnavailable if silent else NotRemoved):
        remove_run("shop", "shop-1", engines, ignore, seconds=0.1)
    assert (process.world.instances, list(process.world.places)) == ({}, ["shop-1"])
    docker.recover()
    remove_run("shop", "shop-1", engines, ignore)
    assert (left(docker), left(process)) == (0, 0)


def test_patience_ends(capsys: pytest.CaptureFixture[str]) -> None:
    engine = FakeEngine()
    engine.fail("list", "shop-1", EngineUnavailable("no engine answers"))
    assert not remover.remove("shop-1", {"docker": engine}, patience=0.1)


def found(engine: FakeEngine) -> Survey:
    things = engine.list(Deadline())
    runs = sorted({thing.run for thing in things})
    return Survey(
        {"docker": engine},
        tuple(Run(run, tuple(thing for thing in things if thing.run == run)) for run in runs),
    )


def test_a_sweep_removes_the_ownerless_and_says_why() -> None:
    engine, told = FakeEngine(), list[Event]()
    started(engine, labels("dead-1"), "ledger")
    started(engine, labels("alive-1", Owner.here()), "ledger")
    swept = sweep(found(engine), {"XDG_STATE_HOME": "/nowhere"}, told.append)
    assert [one.run.id for one in swept] == ["dead-1"]
    assert {thing.run for thing in engine.list(Deadline())} == {"alive-1"}
    texts = [event.text for event in told if isinstance(event, Noticed)]
    assert texts == [f"dead-1 is removed: process {DEAD.pid}, which made it, is gone"]


def test_what_cannot_be_swept_is_told_and_stops_nobody() -> None:
    engine, told = FakeEngine(), list[Event]()
    started(engine, labels("dead-1"), "ledger")
    engine.fail("remove", "ledger", EngineError("device busy"))
    sweep(found(engine), {"XDG_STATE_HOME": "/nowhere"}, told.append)
    texts = [event.text for event in told if isinstance(event, Noticed)]
    assert "device busy" in texts[1]


@pytest.fixture
def awaited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads for whose end somebody has waited."""
    names: list[str] = []
    join = threading.Thread.join

    def noted(thread: threading.Thread, timeout: float | None = None) -> None:
        names.append(thread.name)
        join(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", noted)
    return names


def test_whoever_sweeps_on_the_side_is_waited_for(awaited: list[str]) -> None:
    engine = FakeEngine()
    started(engine, labels("dead-1"), "ledger")
    with sweeping({"docker": engine}, {"XDG_STATE_HOME": "/nowhere"}, ignore):
        pass
    assert "greenroom-sweep" in awaited
    assert left(engine) == 0


def test_who_is_interrupted_does_not_wait_for_a_sweep(awaited: list[str]) -> None:
    engine = FakeEngine()
    sweep = sweeping({"docker": engine}, {"XDG_STATE_HOME": "/nowhere"}, ignore)
    with pytest.raises(KeyboardInterrupt), sweep:
        raise KeyboardInterrupt
    assert "greenroom-sweep" not in awaited


def ignore(_event: Event) -> None:
    pass


def test_what_carries_a_label_of_ours_without_owner_and_end_is_left_alone() -> None:
    engine = FakeEngine()
    started(engine, labels(), "ledger")
    [*things] = engine.list(Deadline())
    bare = [dataclasses.replace(thing, labels={"greenroom.run": "x"}) for thing in things]
    survey = Survey({"docker": engine}, (Run("x", tuple(bare)),))
    assert ownerless(survey, {"XDG_STATE_HOME": "/nowhere"}) == []


def test_the_labels_of_a_run_name_its_owner() -> None:
    assert json.loads(labels().labels()["greenroom.owner"])["pid"] == DEAD.pid

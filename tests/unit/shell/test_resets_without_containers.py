"""Reset: what is sliced from its template, what is not by a new start; what else stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from seeded_place import LETS_IN, SeededPlace

from orchestrator import Environment, StepFailed, UsageError
from orchestrator.copying.copier import Copier
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.host.turn import turn
from orchestrator.lifecycle.death import DeathWatch, engines_lost
from orchestrator.model.event import Event, InstanceDied
from orchestrator.model.launch import State
from orchestrator.waiting import Deadline, TimedOut, poll

LIMIT = 20.0


@pytest.fixture
def place(seeded: SeededPlace) -> SeededPlace:
    seeded.manifest = {
        "name": "resets",
        "databases": {
            "ledger": {"use": "postgres:17", "seed": ["schema.sql"], "isolation": "test"},
            "archive": {"use": "postgres:17", "seed": ["schema.sql"]},
        },
        "services": {
            "api": {
                "image": "api:1",
                "env": {"URL": "${archive.url}"},
                "ready": {"exec": "true"},
            }
        },
    }
    seeded.docker.replies("archive", LETS_IN)
    return seeded


def ids(environment: Environment) -> dict[str, str]:
    """What runs under each name: the time of its start tells one from the one before it."""
    return {name: environment[name].url for name in environment if name != "api"}


def calls(place: SeededPlace, verb: str) -> list[str]:
    return [one for one in place.docker.calls if one.startswith(f"{verb} ")]


def test_what_is_sliced_is_copied_in_place_and_all_else_made_anew(place: SeededPlace) -> None:
    with place.environment() as environment:
        before = ids(environment)
        place.docker.calls.clear()
        place.events.clear()
        environment.reset()
        assert calls(place, "start") == ["start archive"]
        assert calls(place, "remove") == ["remove archive"]
        assert "restore archive" in place.steps, "from its snapshot"
        assert ids(environment) == before, "under the old addresses"
    place.assert_nothing_left()


def test_only_those_that_are_named(place: SeededPlace) -> None:
    with place.environment() as environment:
        place.docker.calls.clear()
        environment.reset("ledger")
        assert calls(place, "start") + calls(place, "remove") == []
        assert len(calls(place, "exec")) == 1


def test_without_a_snapshot_it_is_seeded_again(place: SeededPlace) -> None:
    with place.environment(snapshots=False) as environment:
        place.events.clear()
        environment.reset("archive")
        assert "seed archive 1 schema.sql" in place.steps
        assert "restore archive" not in place.steps


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("api", "cannot reset api: it is no database or broker of it"),
        ("nobody", "cannot reset nobody: it is not a name in the manifest"),
    ],
)
def test_what_has_no_state_is_refused_before_anything_is_reset(
    name: str, words: str, place: SeededPlace
) -> None:
    with place.environment() as environment:
        place.docker.calls.clear()
        with pytest.raises(UsageError, match=words) as refused:
            environment.reset("archive", name)
        assert "there are: ledger, archive" in refused.value.hint
        assert calls(place, "exec") + calls(place, "start") == []


def test_what_is_not_up_cannot_be_reset(place: SeededPlace) -> None:
    with pytest.raises(UsageError, match="the environment is not up"):
        place.environment().reset()


def test_nobody_takes_it_for_a_death(place: SeededPlace) -> None:
    """A watch that began before the reset, as that of `greenroom run` has, sees what is new."""
    with place.environment() as environment:
        watch = environment.watch()
        environment.reset("archive")
        assert watch.deaths() == []
        environment.check_alive()
        archive = environment["archive"]
        place.docker.world.instances.pop(archive.found.id)
        assert [one.subject for one in watch.deaths()] == ["archive"]


def test_slices_see_what_was_made_anew(place: SeededPlace) -> None:
    with place.environment() as environment:
        with environment.slice():
            pass
        environment.reset("archive")
        with environment.slice() as mine:
            assert mine["archive"].found == environment["archive"].found
            assert mine["ledger"].url != environment["ledger"].url


def test_one_that_fails_is_told_and_can_be_tried_again(place: SeededPlace) -> None:
    with place.environment() as environment:
        place.docker.fail("start", "archive", EngineError("the engine is busy"))
        with pytest.raises(StepFailed, match="the engine is busy"):
            environment.reset("archive")
        place.docker.recover()
        environment.reset("archive")
        assert environment["archive"].state.alive
    place.assert_nothing_left()


def test_a_damaged_snapshot_is_made_anew(place: SeededPlace) -> None:
    with place.environment() as environment:
        place.docker.fail("start", "archive", EngineError("what is this?"), at=1)
        environment.reset("archive")
        assert environment["archive"].state.alive
        (words,) = place.noticed
        assert "archive cannot be restored from snapshot" in words
        assert place.steps.count("seed archive 1 schema.sql") == 2
    place.assert_nothing_left()


def test_an_engine_that_does_not_answer_is_named_until_it_does(place: SeededPlace) -> None:
    with place.environment() as environment:
        watch = DeathWatch(environment.run, environment.view.resources, print, str)
        for error, why in (
            (EngineError("nobody answers"), "nobody answers"),
            (TimedOut("list what is there"), "it said nothing for 5 s"),
        ):
            place.docker.fail("list", "", error)
            assert watch.deaths() == []
            (lost,) = engines_lost(watch.silent)
            words = f"the engine docker no longer answered when the tests ended: {why}"
            assert lost.message == words
            place.docker.recover()
        assert (watch.deaths(), watch.silent) == ([], {})


def test_what_is_being_made_anew_is_judged_when_that_is_done(place: SeededPlace) -> None:
    """A look may fall into the middle of it: what is removed then has not died."""
    with place.environment() as environment:
        told: list[Event] = []
        anew = ["archive"]
        resources = environment.view.resources
        watch = DeathWatch(environment.run, resources, told.append, str, lambda: anew)
        archive = environment["archive"]
        there = place.docker.world.instances[archive.found.id]
        place.docker.world.instances[archive.found.id] = replace(there, state=State("exited", 137))
        watch.look()
        del place.docker.world.instances[archive.found.id]
        watch.look()
        watch.look()
        assert told == []
        anew.clear()
        watch.look()
        watch.look()
        assert [type(event) for event in told] == [InstanceDied]


@pytest.mark.parametrize(
    ("name", "slow", "doing"),
    [
        ("archive", (FakeEngine, "start"), "bringing this manifest up, or resetting it"),
        ("ledger", (Copier, "reset"), "resetting ledger"),
    ],
)
def test_of_two_at_once_the_second_waits_for_the_first(
    name: str,
    slow: tuple[type, str],
    doing: str,
    place: SeededPlace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go, under_way, most = threading.Event(), list[str](), list[int]()
    work: Callable[..., Any] = getattr(*slow)

    def slowly(*words: Any) -> Any:
        under_way.append(name)
        most.append(len(under_way))
        assert go.wait(LIMIT)
        try:
            return work(*words)
        finally:
            under_way.pop()

    with place.environment() as environment:
        place.docker.calls.clear()
        monkeypatch.setattr(*slow, slowly)
        with ThreadPoolExecutor(2) as threads:
            try:
                resets = [threads.submit(environment.reset, name) for _ in range(2)]
                waiting = f"another greenroom is {doing}; waiting until it has done so"
                poll(lambda: place.noticed == [waiting], Deadline.after(LIMIT))
            finally:
                go.set()
        for one in resets:
            one.result()
        assert most == [1, 1]
        assert len(calls(place, "start")) == len(calls(place, "remove"))
    place.assert_nothing_left()


@pytest.mark.parametrize("stays", [True, False])
def test_what_another_up_may_be_changing_is_waited_for(stays: bool, place: SeededPlace) -> None:
    """A run of one's own is nobody else's to change, whoever brings the same manifest up."""
    environment = place.environment().up(stays=stays)
    soon = Deadline.after(LIMIT)
    try:
        with ThreadPoolExecutor(1) as threads:
            with turn(environment.identity, os.environ, soon, lambda: None):
                reset = threads.submit(environment.reset, "archive")
                poll(lambda: bool(place.noticed) if stays else reset.done(), soon)
            reset.result()
        assert bool(place.noticed) == stays
    finally:
        environment.down()
    place.assert_nothing_left()

"""Reset: what is sliced from its template, what is not by a new start; what else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from seeded_place import LETS_IN, SeededPlace

from orchestrator import Environment, StepFailed, UsageError
from orchestrator.errors import EngineError
from orchestrator.lifecycle.death import DeathWatch, engines_lost
from orchestrator.model.event import Event, InstanceDied
from orchestrator.model.launch import State


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
        place.docker.fail("list", "", EngineError("nobody answers"))
        assert watch.deaths() == []
        (lost,) = engines_lost(watch.silent)
        assert lost.message == (
            "the engine docker no longer answered when the tests ended: nobody answers"
        )
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

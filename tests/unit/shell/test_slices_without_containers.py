"""Slices on fake engines: what a user's manifest makes of them, and what goes wrong."""

from __future__ import annotations

import pytest
from seeded_place import MANIFEST, SeededPlace

from orchestrator import Environment, StepFailed, UsageError
from orchestrator.errors import EngineError


def there(place: SeededPlace) -> set[str]:
    """The instances that there are."""
    return {str(one.instance) for one in place.docker.world.instances.values()}


def entries(environment: Environment) -> list[str]:
    return [entry.name for entry in environment.slices.entries()]


def test_each_has_its_database_and_its_own_follower(seeded: SeededPlace) -> None:
    with seeded.environment() as environment:
        one, two = environment.slice(), environment.slice()
        assert one["ledger"].database != two["ledger"].database
        for mine in (one, two):
            assert mine["ledger"].database == f"ledger__{mine.name}"
            assert f"api@{mine.name}" in there(seeded)
            launch = seeded.docker.world.launches[mine["api"].found.id]
            assert launch.env["URL"].endswith(f"/ledger__{mine.name}")
            assert mine.variables["LEDGER_DATABASE"] == f"ledger__{mine.name}"
            assert mine.variables["GREENROOM_SLICE"] == mine.name
        assert environment["ledger"].database == "ledger"
        assert environment["api"].found != one["api"].found
    seeded.assert_nothing_left()


def test_one_that_is_there_is_seen_by_its_name(seeded: SeededPlace) -> None:
    with seeded.environment() as environment, environment.slice() as mine:
        seen = environment.slices.named(mine.name)
        assert seen["ledger"].url == mine["ledger"].url
        assert seen["api"].found == mine["api"].found
        with pytest.raises(UsageError, match="has no slice s9999"):
            environment.slices.named("s9999")


def test_one_that_is_dropped_is_gone_with_its_follower(seeded: SeededPlace) -> None:
    with seeded.environment() as environment:
        (made,) = environment.slices.lasting(1)
        assert entries(environment) == [made.name]
        environment.slices.named(made.name).drop()
        assert entries(environment) == []
        assert there(seeded) == {"ledger", "migrate", "api"}


def test_a_follower_that_does_not_start_is_told_and_leaves_no_slice(seeded: SeededPlace) -> None:
    with seeded.environment() as environment:
        seeded.docker.fail("start", "api@s1", EngineError("no memory is left"))
        with pytest.raises(StepFailed, match="no memory is left") as failed:
            environment.slice()
        assert failed.value.step == "start api@s1"
        with environment.slice() as mine:
            assert mine.name != "s1"
        assert "s1" not in entries(environment)
    seeded.assert_nothing_left()


def test_a_server_that_refuses_is_told_in_its_words(seeded: SeededPlace) -> None:
    with seeded.environment() as environment:
        seeded.docker.fail("exec", "ledger", EngineError("no space left"))
        with pytest.raises(EngineError, match="cannot make slices of ledger: no space left"):
            environment.slice()
        seeded.docker.recover()
        with environment.slice() as mine:
            assert mine["ledger"].url


def test_one_that_takes_too_long_is_told_with_what_to_do(seeded: SeededPlace) -> None:
    with seeded.environment() as environment:
        seeded.docker.hang("exec", "ledger")
        with pytest.raises(EngineError, match="no slice was there after 0 s") as failed:
            environment.slice(timeout=0.2)
        assert "greenroom logs" in failed.value.hint
        seeded.docker.recover()


def test_where_nothing_is_sliced_it_is_said_how_to(seeded: SeededPlace) -> None:
    seeded.manifest = {"databases": {"ledger": {"use": "postgres:17"}}}
    with seeded.environment() as environment, pytest.raises(UsageError) as refused:
        environment.slice()
    assert "is sliced" in refused.value.message
    assert '"isolation: test"' in refused.value.hint


def test_what_is_per_worker_is_made_once(seeded: SeededPlace) -> None:
    seeded.manifest = {
        **MANIFEST,
        "databases": {"ledger": {**MANIFEST["databases"]["ledger"], "isolation": "worker"}},
    }
    with seeded.environment() as environment:
        names = {environment.slices.of_worker().name for _ in range(3)}
        assert len(names) == 1
        assert environment.slices.of_test().name in names
        starts = [one for one in seeded.docker.calls if one.startswith("start api@")]
        assert len(starts) == 1

"""What every engine promises: to open, start, find, remove, close. `needs` names exceptions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine_cases import EXIT_CODE, PORT, Case, needs, within
from engine_steps import await_end, held_port, over

from orchestrator.errors import EngineError
from orchestrator.model.launch import RESOURCE, RUN
from orchestrator.waiting import Deadline, Stopped, TimedOut


def test_it_says_who_it_is(engine_case: Case) -> None:
    facts = engine_case.engine.describe(within())
    assert facts.name == engine_case.engine.name
    assert facts.address


def test_a_place_is_found_by_its_run_until_it_is_closed(engine_case: Case) -> None:
    labels = engine_case.new_run()
    (place,) = engine_case.another_engine().list(within(), labels.run)
    assert place.instance is None
    assert place.run == labels.run
    assert dict(place.labels) == labels.labels()
    engine_case.engine.close(labels.run, within())
    assert engine_case.engine.list(within(), labels.run) == []


def test_closing_twice_is_fine(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.engine.close(labels.run, within())
    engine_case.engine.close(labels.run, within())


def test_what_was_started_runs(engine_case: Case) -> None:
    labels = engine_case.new_run()
    launch = engine_case.lives(labels, "ledger")
    found = engine_case.start(launch)
    assert found.engine == engine_case.engine.name
    assert found.instance == launch.instance
    assert found.labels == launch.tags
    assert engine_case.engine.state(found, within()).status == "running"


def test_what_has_exited_says_with_which_code(engine_case: Case) -> None:
    found = engine_case.start(engine_case.exits(engine_case.new_run()))
    await_end(engine_case, found)
    state = engine_case.engine.state(found, within())
    assert (state.status, state.exit_code) == ("exited", EXIT_CODE)
    assert not state.alive


def test_what_cannot_be_started_says_why_and_leaves_nothing(engine_case: Case) -> None:
    labels = engine_case.new_run()
    with pytest.raises(EngineError, match=r"cannot start .+: .+"):
        engine_case.start(engine_case.cannot_start(labels))
    assert engine_case.has(labels) == []


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_nothing_is_started_when_its_time_is_over(engine_case: Case, end: str) -> None:
    labels = engine_case.new_run()
    with pytest.raises(Stopped if end == "stopped" else TimedOut):
        engine_case.engine.start(engine_case.lives(labels), over(end))
    assert engine_case.has(labels) == []


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_no_verb_begins_when_its_time_is_over(engine_case: Case, end: str) -> None:
    labels = engine_case.new_run()
    found = engine_case.start(engine_case.lives(labels))
    verbs: list[Callable[[Deadline], object]] = [
        engine_case.engine.describe,
        lambda deadline: engine_case.engine.open(labels, deadline),
        lambda deadline: engine_case.engine.state(found, deadline),
        lambda deadline: engine_case.engine.exec(found, ["true"], deadline),
        lambda deadline: list(engine_case.engine.logs(found, deadline)),
        engine_case.engine.list,
        lambda deadline: engine_case.engine.remove(found, deadline),
        lambda deadline: engine_case.engine.close(labels.run, deadline),
    ]
    for verb in verbs:
        with pytest.raises(Stopped if end == "stopped" else TimedOut):
            verb(over(end))
    assert engine_case.has(labels) == ["ledger"]


def test_ten_are_started_and_removed_at_once(engine_case: Case) -> None:
    labels = engine_case.new_run()
    names = [f"ledger-{number}" for number in range(10)]
    launches = [engine_case.lives(labels, name) for name in names]
    with ThreadPoolExecutor(10) as pool:
        started = list(pool.map(engine_case.start, launches))
        assert sorted(engine_case.has(labels)) == names
        list(pool.map(lambda found: engine_case.engine.remove(found, within()), started))
    assert engine_case.has(labels) == []


def test_another_engine_object_finds_everything_by_its_labels(engine_case: Case) -> None:
    labels = engine_case.new_run()
    started = [engine_case.start(engine_case.lives(labels, name)) for name in ("ledger", "events")]
    listed = engine_case.another_engine().list(within(), labels.run)
    assert {found.id for found in listed[:-1]} == {found.id for found in started}
    for found in listed[:-1]:
        assert found.labels[RUN] == labels.run
        # What the image is labelled with comes on top.
        assert found.labels.items() >= labels.labels(found.instance).items()
        assert found.state.status == "running"
        assert engine_case.another_engine().state(found, within()).status == "running"


def test_instances_are_listed_first_and_places_last(engine_case: Case) -> None:
    labels = engine_case.new_run()
    for name in ("ledger", "events"):
        engine_case.start(engine_case.lives(labels, name))
    listed = engine_case.engine.list(within(), labels.run)
    assert [RESOURCE in found.labels for found in listed] == [True, True, False]


def test_a_run_s_list_holds_nothing_of_other_runs(engine_case: Case) -> None:
    mine, other = engine_case.new_run(), engine_case.new_run()
    for labels in (mine, other):
        engine_case.start(engine_case.lives(labels))
    assert {found.run for found in engine_case.engine.list(within(), mine.run)} == {mine.run}
    assert {found.run for found in engine_case.engine.list(within())} >= {mine.run, other.run}


def test_what_has_ended_is_listed_too(engine_case: Case) -> None:
    labels = engine_case.new_run()
    await_end(engine_case, engine_case.start(engine_case.exits(labels)))
    (found, _) = engine_case.another_engine().list(within(), labels.run)
    assert (found.state.status, found.state.exit_code) == ("exited", EXIT_CODE)


@needs("ports")
def test_ports_are_listed(engine_case: Case) -> None:
    labels = engine_case.new_run()
    with held_port() as (port, _):
        engine_case.start(engine_case.serves(labels, port))
    (found, _) = engine_case.another_engine().list(within(), labels.run)
    assert found.ports == {PORT: port}


def test_removing_what_is_found_removes_it(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.start(engine_case.lives(labels))
    other = engine_case.another_engine()
    (found, _) = other.list(within(), labels.run)
    other.remove(found, within())
    assert engine_case.has(labels) == []
    assert engine_case.engine.state(found, within()).status == "gone"


def test_removing_twice_is_fine(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    for _ in range(2):
        engine_case.engine.remove(found, within())


def test_two_may_remove_the_same_at_once(engine_case: Case) -> None:
    labels = engine_case.new_run()
    found = engine_case.start(engine_case.lives(labels))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: engine_case.engine.remove(found, within()), range(4)))
    assert engine_case.has(labels) == []


def test_a_name_is_free_again_after_the_removal(engine_case: Case) -> None:
    launch = engine_case.lives(engine_case.new_run())
    for _ in range(2):
        engine_case.engine.remove(engine_case.start(launch), within())

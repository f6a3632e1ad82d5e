"""Every step of an environment whose seeded state is kept: made to fail, stopped, timed out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from seeded_place import FIRST, LATER, SeededPlace

from orchestrator import StepFailed
from orchestrator.errors import EngineError
from orchestrator.lifecycle import bringing_up
from orchestrator.lifecycle.stage import Stage
from orchestrator.lifecycle.walk import Grace
from orchestrator.model.event import StepBroke
from orchestrator.model.launch import ExecResult
from orchestrator.model.step import Step
from orchestrator.waiting import Deadline, TimedOut

before_and_after = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
CASES = [(key, False) for key in FIRST] + [
    (key, True) for key in LATER if key not in ("restore ledger", "ready ledger")
]
each = pytest.mark.parametrize(
    ("key", "later"), CASES, ids=[f"{key}{', later' if later else ''}" for key, later in CASES]
)


def break_step(
    monkeypatch: pytest.MonkeyPatch, key: str, error: BaseException, *, after: bool
) -> None:
    """Raise this in a step, before its work or when the work is done."""
    act = Stage.act

    def broken(stage: Stage, step: Step) -> None:
        if step.key == key and not after:
            raise error
        act(stage, step)
        if step.key == key:
            raise error

    monkeypatch.setattr(Stage, "act", broken)


@pytest.mark.parametrize(("later", "keys"), [(False, FIRST), (True, LATER)], ids=["first", "later"])
def test_the_plan_has_exactly_these_steps(
    later: bool, keys: list[str], seeded: SeededPlace
) -> None:
    if later:
        seeded.up_once()
    assert sorted(step.key for step in seeded.environment().plan().steps) == sorted(keys)
    with seeded.environment():
        assert sorted(seeded.steps) == sorted(keys)
    seeded.assert_nothing_left()


@each
@before_and_after
def test_a_step_that_fails_leaves_nothing(
    key: str, later: bool, after: bool, seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if later:
        seeded.up_once()
    break_step(monkeypatch, key, EngineError("broken on purpose", hint="mend it"), after=after)
    with pytest.raises(StepFailed, match="broken on purpose") as failed:
        seeded.environment().up()
    assert failed.value.step == key
    assert failed.value.hint == "mend it"
    seeded.assert_nothing_left()


@each
def test_an_interruption_in_a_step_leaves_nothing(
    key: str, later: bool, seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if later:
        seeded.up_once()
    break_step(monkeypatch, key, KeyboardInterrupt(), after=False)
    with pytest.raises(KeyboardInterrupt):
        seeded.environment().up()
    seeded.assert_nothing_left()


@each
def test_a_step_whose_time_is_over_leaves_nothing_and_says_how_long_it_took(
    key: str, later: bool, seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if later:
        seeded.up_once()
    break_step(monkeypatch, key, TimedOut("the engine is silent"), after=False)
    with pytest.raises(StepFailed, match="not done after 0 s: the engine is silent") as failed:
        seeded.environment().up()
    assert failed.value.step == key
    assert failed.value.hint
    seeded.assert_nothing_left()


def test_a_template_that_cannot_be_made_says_what_the_server_said(seeded: SeededPlace) -> None:
    seeded.docker.fail("exec", "ledger", EngineError("the disk is full"), at=2)
    words = "cannot prepare slices of ledger: the disk is full"
    with pytest.raises(StepFailed, match=words) as failed:
        seeded.environment().up()
    assert failed.value.step == "template ledger"
    seeded.assert_nothing_left()
    assert seeded.keys == set()


def test_a_database_that_is_not_ready_yet_tells_of_its_broken_seed_too(
    seeded: SeededPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres = {"use": "postgres:17", "seed": ["schema.sql"]}
    books = {**postgres, "ready": {"exec": "is-ready"}}
    seeded.manifest = {"name": "two", "databases": {"ledger": postgres, "books": books}}

    def refuse(words: Sequence[str], _stdin: bytes) -> ExecResult:
        return ExecResult(3, "", "ERROR:  no such table")

    def later(words: Sequence[str], stdin: bytes) -> ExecResult:
        if words != ("is-ready",):
            return refuse(words, stdin)
        broke = any(isinstance(event, StepBroke) for event in seeded.events)
        return ExecResult(0 if broke else 1, "", "")

    seeded.docker.answers("ledger", refuse)
    seeded.docker.answers("books", later)
    # However slow the machine is, the moment is long enough.
    monkeypatch.setattr(bringing_up, "Grace", lambda of: Grace(of, lambda: Deadline.after(60)))
    with pytest.raises(StepFailed) as failed:
        seeded.environment().up()
    assert failed.value.step == "seed ledger 1 schema.sql"
    assert [one.step for one in failed.value.others] == ["seed books 1 schema.sql"]
    seeded.assert_nothing_left()

"""The record of a run survives being written and read."""

from __future__ import annotations

import pytest

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import (
    EngineRecord,
    Failure,
    Phase,
    Record,
    ResourceRecord,
    TestCounts,
    Verdict,
)
from orchestrator.artifacts.tests import TestRecord
from orchestrator.model.spot import Spot

RECORD = Record(
    name="payments",
    manifest="environment.yaml",
    verdict=Verdict.ENVIRONMENT_FAILED,
    exit_code=75,
    began=100.0,
    ended=104.5,
    run="payments-x7k2",
    command=("pytest", "-q"),
    failures=(
        Failure(
            message="schema.sql:3: syntax error",
            step="seed ledger 1 schema.sql",
            subject="ledger",
            log=("a", "b"),
            spots=(Spot(file="schema.sql", line=3), Spot(file="environment.yaml", line=4)),
        ),
    ),
    phases=(Phase(name="up", began=100.0, ended=104.0, budget=60.0),),
    engines=(EngineRecord(name="docker", version="28.1"),),
    resources=(ResourceRecord(name="ledger", resource="ledger", section="databases", lines=3),),
    tests=TestCounts(passed=1),
    instead={"ledger": "postgres:15"},
)


def test_it_is_read_as_it_was_written() -> None:
    assert Record.from_json(RECORD.to_json()) == RECORD


def test_anything_else_is_none() -> None:
    with pytest.raises(ValueError, match="validation error"):
        Record.from_json('{"name": "x"}')


def test_a_phase_is_found_by_its_name() -> None:
    found = RECORD.phase("up")
    assert found is not None
    assert found.seconds == 4.0
    assert RECORD.phase("tests") is None


def test_a_spot_is_written_as_compilers_do() -> None:
    assert str(Spot(file="a.yaml", line=3, column=7)) == "a.yaml:3:7"
    assert str(Spot(file="a.sql", line=3)) == "a.sql:3"
    assert str(Spot(file="a.sql")) == "a.sql"


def test_tests_are_read_in_their_order_and_half_a_line_is_nothing(tmp_path) -> None:
    folder = Folder(tmp_path)
    folder.prepare()
    one, two = (
        TestRecord(name=name, outcome="passed", began=at, ended=at + 1, addresses={"a": "b"})
        for name, at in (("test_one", 5.0), ("test_two", 4.0))
    )
    folder.test_records("gw0").write_text(one.to_json() + "\n")
    folder.test_records("gw1").write_text(two.to_json() + "\n" + one.to_json()[:20])
    assert list(tests.read(folder)) == [two, one]


def test_what_cannot_be_read_costs_nobody_the_other_tests(tmp_path) -> None:
    """A folder stands for what a container's root has written for itself alone."""
    folder = Folder(tmp_path)
    folder.prepare()
    folder.test_records("gw0").mkdir()
    one = TestRecord(name="test_one", outcome="passed", began=5.0, ended=6.0)
    folder.test_records("gw1").write_text(one.to_json() + "\n")
    assert list(tests.read(folder)) == [one]

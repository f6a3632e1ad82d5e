from __future__ import annotations

import pytest

from orchestrator.engines.process.mark import Mark, Record, without_marks
from orchestrator.errors import EngineError

NONCE = "0123456789abcdef"


@pytest.mark.parametrize(
    "mark",
    [
        Mark("r1", "api", NONCE),
        Mark("payments-3f", "ledger-api@w2", NONCE),
        Mark("r1", "api", NONCE, helper=True),
    ],
    ids=str,
)
def test_a_mark_is_read_as_it_was_written(mark: Mark) -> None:
    assert Mark.parse(str(mark)) == mark


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("r1/api", id="no nonce"),
        pytest.param(f"r1/api/{NONCE}/helper/x", id="too long"),
        pytest.param(f"r1/api/{NONCE}/x", id="no helper"),
        pytest.param(f"../api/{NONCE}", id="a run that leads out of its folder"),
        pytest.param(f".hidden/api/{NONCE}", id="a run that is hidden"),
        pytest.param(f"r1/../{NONCE}", id="an instance that leads out of its folder"),
        pytest.param("r1/api/../../../x", id="a nonce that leads out of its folder"),
        pytest.param(f"r1/api/{NONCE}\n", id="a line feed"),
    ],
)
def test_what_anybody_may_have_written_is_no_mark(text: str) -> None:
    assert Mark.parse(text) is None


def test_each_start_has_a_mark_of_its_own() -> None:
    assert Mark.new("r1", "api") != Mark.new("r1", "api")


def test_a_name_that_could_not_be_found_again_is_refused() -> None:
    with pytest.raises(EngineError, match="cannot be marked as 'a/b' of run 'r1'"):
        Mark.new("r1", "a/b")


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record({"a": "ü\udcff"}, {8000: 43210}, "/srv/api", pid=7, started=8, returned=-9)
    assert Record.parse(str(record)) == record


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"labels": 1}', "nonsense"])
def test_what_is_no_record_is_none(text: str) -> None:
    assert Record.parse(text) is None


def test_the_marks_of_an_outer_run_are_left_out() -> None:
    env = {
        "GREENROOM_PROCESS": "x",
        "GREENROOM_PROCESS_LABELS": "y",
        "GREENROOM_RUN": "r",
        "A": "b",
    }
    assert without_marks(env) == {"GREENROOM_RUN": "r", "A": "b"}

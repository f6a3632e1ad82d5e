"""What executes workflows for other tests does as GitHub does."""

from __future__ import annotations

import pytest
from github_runner import Runner, pairs
from workflow_expressions import Status, condition, filled

CONTEXT = {
    "inputs": {"x": "a"},
    "steps": {"one": {"outputs": {"exit-code": "75", "out": "Tests-Failed"}}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${{ inputs.x }}-${{inputs['x']}}", "a-a"),
        ("${{ steps.one.outputs.exit-code }}", "75"),
        ("[${{ steps.two.outputs.nothing }}]", "[]"),
        ("${{ inputs.y || 'it''s' }}", "it's"),
        ("${{ inputs.x && 'b' }}", "b"),
        ("${{ !inputs.y }}", "true"),
        ("$HOME {{ }}", "$HOME {{ }}"),
    ],
)
def test_expressions_are_replaced(text: str, expected: str) -> None:
    assert filled(text, CONTEXT, Status()) == expected


@pytest.mark.parametrize(
    ("text", "good", "failed", "cancelled"),
    [
        ("inputs.x == 'a'", True, False, False),
        ("always()", True, True, True),
        ("failure()", False, True, False),
        ("cancelled()", False, False, True),
        ("!cancelled() && steps.one.outputs.out == 'tests-failed'", True, True, False),
        ("always() && (steps.one.outputs.out != 'tests-failed')", False, False, False),
        ("${{ success() }}", True, False, False),
    ],
)
def test_a_step_without_a_word_about_the_status_runs_after_success(
    text: str, good: bool, failed: bool, cancelled: bool
) -> None:
    states = (Status(), Status(failed=True), Status(cancelled=True))
    assert [condition(text, CONTEXT, one) for one in states] == [good, failed, cancelled]


@pytest.mark.parametrize("text", ["inputs.x ==", "inputs.x 'a'", "hashFiles('x')", "a(b)"])
def test_what_it_does_not_know_is_an_error(text: str) -> None:
    with pytest.raises(AssertionError):
        condition(text, CONTEXT, Status())


def test_the_runner_stops_and_resumes() -> None:
    runner = Runner()
    runner.read("::stop-commands::t0k\n::error::a\n::other::\n::T0K::\n::t0k::\n::error::b%0Ac")
    assert [issue.data for issue in runner.issues] == ["b\nc"]
    assert "::error::a" in runner.log


def test_the_runner_masks_each_line_of_a_secret() -> None:
    runner = Runner()
    runner.read("::add-mask::one%0Atwo\nbefore one\ntwo, three")
    assert runner.log == ["before ***", "***, three"]


def test_outputs_in_both_forms_are_read() -> None:
    assert pairs("a=1=2\n\nb<<END\nx\ny\nEND\n") == {"a": "1=2", "b": "x\ny"}
    with pytest.raises(AssertionError, match="delimiter not found"):
        pairs("b<<END\nx")

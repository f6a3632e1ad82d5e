"""All combinations as one: what a CI system is told, the table, the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ended import BEGAN, broken, ended, passed, red

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.matrix import MatrixRecord
from orchestrator.artifacts.record import FailingTest, Record, TestCounts, Verdict
from orchestrator.ci.matrix.gathering import as_one, combination_record
from orchestrator.ci.matrix.outcome import Outcome, exit_code
from orchestrator.ci.matrix.page import page
from orchestrator.ci.matrix.table import as_lines, as_markdown, why
from orchestrator.ci.tongues.github import ANNOTATIONS, GitHub

SAME = FailingTest(name="test_pay.py::test_fee", message="assert 1 == 2")
OTHER = FailingTest(name="test_pay.py::test_tax", message="assert 3 == 4")


def one(outcomes: Sequence[Outcome]) -> Record:
    code = exit_code(outcomes)
    return as_one(outcomes, manifest="x.yaml", began=BEGAN, ended=BEGAN + 20, exit_code=code)


def matrix(outcomes: Sequence[Outcome], name: str = "shop") -> MatrixRecord:
    return MatrixRecord(
        name=name,
        manifest="environment.yaml",
        exit_code=exit_code(outcomes),
        began=BEGAN,
        ended=BEGAN + 20,
        combinations=tuple(map(combination_record, outcomes)),
    )


def test_the_tests_are_counted_together_and_what_fails_in_several_is_said_once() -> None:
    first = TestCounts(passed=3, failed=2, failing=(SAME, OTHER))
    second = TestCounts(passed=4, failed=1, skipped=1, failing=(SAME,))
    found = one([red(1, tests=first), red(2, tests=second), passed(3, TestCounts(passed=5))])
    assert found.tests
    assert (found.tests.passed, found.tests.failed, found.tests.skipped) == (12, 3, 1)
    assert [test.name for test in found.tests.failing] == [
        "ledger=postgres:15 and 1 more: test_pay.py::test_fee",
        "ledger=postgres:15: test_pay.py::test_tax",
    ]
    assert (found.verdict, found.failures) == (Verdict.TESTS_FAILED, ())


def test_a_failure_names_its_combinations_and_keeps_all_else() -> None:
    [failure] = one([broken(1), passed(2), broken(3)]).failures
    assert failure.message == "ledger=postgres:15 and 1 more: ledger never became ready"
    assert (failure.step, failure.subject) == ("ready ledger", "ledger")


def test_tests_that_nobody_counted_are_a_failure_of_their_combination() -> None:
    [failure] = one([red(1), passed(2)]).failures
    assert failure.message == "ledger=postgres:15: pytest -q ended with exit code 1"


def test_what_was_killed_is_told_as_such() -> None:
    [failure] = one([ended(1, -9), passed(2)]).failures
    assert failure.message == (
        "ledger=postgres:15: killed (SIGKILL): what it has said until then stands in its "
        "console.log"
    )


def test_those_that_were_stopped_for_another_are_no_failures() -> None:
    stopped = ended(2, 143, Verdict.INTERRUPTED, stopped=True)
    found = one([broken(1), stopped, ended(3, None)])
    assert (len(found.failures), found.verdict) == (1, Verdict.ENVIRONMENT_FAILED)


def test_all_together_have_no_more_annotations_than_one_may_have() -> None:
    failing = tuple(FailingTest(name=f"test_{number}") for number in range(8))
    counts = TestCounts(failed=8, failing=failing)
    others = tuple(FailingTest(name=f"other_{number}") for number in range(8))
    found = one([red(1, tests=counts), red(2, tests=TestCounts(failed=8, failing=others))])
    [said, *_] = GitHub({}, "/work").tell(found, Folder(Path("/work/kept")), "")
    assert sum(line.startswith("::error") for line in said.lines) == ANNOTATIONS  # type: ignore[union-attr]


def test_the_table_has_a_line_for_each() -> None:
    counts = TestCounts(passed=3, failed=1, failing=(SAME,))
    skipped = TestCounts(passed=5, skipped=2)
    lines = as_lines(matrix([passed(1, skipped), red(2, 4, counts), ended(3, None)]))
    assert lines == [
        "combination         verdict       exit code  tests                up     testing",
        "ledger=postgres:15  passed        0          5 passed, 2 skipped  3.0 s  8.0 s",
        "ledger=postgres:16  tests failed  4          1 failed, 3 passed   3.0 s  8.0 s",
        "ledger=postgres:17  not run       -          -                    -      -",
    ]


def test_the_first_failures_are_told_in_full_and_the_others_in_a_line() -> None:
    counts = TestCounts(failed=1, failing=(SAME,))
    lines = list(why(matrix([red(number, tests=counts) for number in range(1, 6)])))
    assert lines[:2] == [
        "ledger=postgres:15: tests failed: 1 failed",
        "    test_pay.py::test_fee: assert 1 == 2",
    ]
    assert len(lines) == 3 * 2 + 2
    assert lines[-1] == "ledger=postgres:19: tests failed: 1 failed"


def test_the_summary_has_the_same_table() -> None:
    text = as_markdown(matrix([passed(1), broken(2)]))
    assert text.startswith("## `shop`: 1 of 2 combinations passed, in 20.0 s\n")
    assert "| `ledger=postgres:16` | environment failed | 75 | - | 3.0 s | 8.0 s |" in text


def test_the_page_leads_to_what_there_is_and_takes_nothing_for_markup(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    report = Folder(tmp_path / "ledger=postgres-15").report
    report.parent.mkdir()
    report.touch()
    broken_by = broken(2, "<script>alert(1)</script>")
    text = page(matrix([passed(1), broken_by], "<b>shop</b>"), folder)
    assert '<a href="ledger%3Dpostgres-15/report.html">ledger=postgres:15</a>' in text
    assert "<td>ledger=postgres:16</td>" in text
    assert "<script" not in text
    assert "<b>shop" not in text
    assert "http" not in text


def test_the_record_is_read_as_it_was_written() -> None:
    found = matrix([passed(1, TestCounts(passed=5)), broken(2), ended(3, None)])
    assert MatrixRecord.from_json(found.to_json()) == found

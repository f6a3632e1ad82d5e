"""Combinations that have ended, as these tests need them."""

from __future__ import annotations

from orchestrator.artifacts.record import Failure, Phase, Record, TestCounts, Verdict
from orchestrator.ci.matrix.combination import Combination
from orchestrator.ci.matrix.outcome import Outcome

BEGAN = 1_800_000_000.0


def combination(number: int) -> Combination:
    use = f"postgres:{14 + number}"
    return Combination(number, {"ledger": use}, f"ledger={use}", f"ledger=postgres-{14 + number}")


def ended(
    number: int,
    code: int | None,
    verdict: Verdict | None = None,
    *,
    failures: tuple[Failure, ...] = (),
    tests: TestCounts | None = None,
    stopped: bool = False,
) -> Outcome:
    """How a combination ended; without a verdict it has left no record."""
    if verdict is None:
        return Outcome(combination(number), code, 12.0, stopped=stopped)
    record = Record(
        name="shop",
        manifest="environment.yaml",
        verdict=verdict,
        exit_code=code or 0,
        began=BEGAN,
        ended=BEGAN + 12,
        command=("pytest", "-q"),
        failures=failures,
        phases=(
            Phase(name="up", began=BEGAN, ended=BEGAN + 3),
            Phase(name="tests", began=BEGAN + 3, ended=BEGAN + 11),
        ),
        tests=tests,
    )
    return Outcome(combination(number), code, 12.0, record, stopped)


def passed(number: int, tests: TestCounts | None = None) -> Outcome:
    return ended(number, 0, Verdict.PASSED, tests=tests)


def red(number: int, code: int = 1, tests: TestCounts | None = None) -> Outcome:
    return ended(number, code, Verdict.TESTS_FAILED, tests=tests)


def broken(number: int, message: str = "ledger never became ready") -> Outcome:
    failure = Failure(message=message, step="ready ledger", subject="ledger")
    return ended(number, 75, Verdict.ENVIRONMENT_FAILED, failures=(failure,))

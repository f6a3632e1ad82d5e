"""How each combination ended, and how all of them together did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.artifacts.record import Record, Verdict
from orchestrator.ci.matrix.combination import Combination
from orchestrator.errors import StepFailed
from orchestrator.model.signal_name import signal_name
from orchestrator.render.words import seconds

KILLED = "killed"
NOT_RUN = "not run"
STOPPED = "stopped"
NO_RECORD = "no record"


@dataclass(frozen=True)
class Outcome:
    """How the run of a combination ended.

    `code` is its process's exit code, the negative number of the signal that ended it, or None
    where it never began. `record` is what it has written down itself. One that we `stopped`, for
    another's sake, has not failed.
    """

    combination: Combination
    code: int | None = None
    taken: float = 0.0
    record: Record | None = None
    stopped: bool = False

    @property
    def passed(self) -> bool:
        """Whether all went well."""
        return self.code == 0

    @property
    def failed(self) -> bool:
        """Whether it went wrong by itself."""
        return self.code not in (0, None) and not self.stopped

    @property
    def tests_failed(self) -> bool:
        """Whether it were the tests that failed."""
        return self.failed and bool(self.record and self.record.verdict is Verdict.TESTS_FAILED)

    @property
    def exit_code(self) -> int:
        """What the shell is told of it; what ends without a word is no failure of the tests."""
        if self.code is None or self.stopped:
            return 0
        return self.code if self.code >= 0 else StepFailed.exit_code

    @property
    def verdict(self) -> str:
        """How it ended, in a few words."""
        if self.code is None:
            return NOT_RUN
        if self.stopped:
            return STOPPED
        if self.code < 0:
            return f"{KILLED} ({signal_name(-self.code)})"
        if self.code == 0:
            return str(Verdict.PASSED)
        return str(self.record.verdict) if self.record else NO_RECORD

    @property
    def words(self) -> str:
        """How it ended, in a line."""
        if self.code is None:
            return NOT_RUN
        code = f" (exit code {self.code})" if self.code > 0 and not self.stopped else ""
        return f"{self.verdict}{code} after {seconds(self.taken)}"


def exit_code(outcomes: Sequence[Outcome], interrupted: int | None = None) -> int:
    """Return what the shell is told of all of them together.

    That is 0 only when all have passed; else the tests' own exit code of the first, in the order
    given, whose tests have failed; else that of the first that failed in another way.
    `interrupted` is the signal by which somebody has ended it.
    """
    if interrupted is not None:
        return 128 + interrupted
    tests = [one for one in outcomes if one.tests_failed]
    return next((one.exit_code for one in (*tests, *outcomes) if one.exit_code), 0)

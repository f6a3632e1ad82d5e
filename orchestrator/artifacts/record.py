"""What became of a run, as one value: what the summary, the report and later jobs are made of.

Times are seconds since the Unix epoch, durations seconds. Nothing in it holds a secret.
"""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from orchestrator.artifacts.folder import Folder
from orchestrator.errors import Evidence
from orchestrator.model.printable import one_line
from orchestrator.model.spot import Spot

FORMAT = 1
"""The number of this form; a reader that knows only lower ones says so."""

ENDED = "exited"
"""How the state in words begins of what has ended."""


class Verdict(StrEnum):
    """How a run ended, as one says it.

    `OVER_BUDGET` is a run that was ready, and then took longer than it may: nobody knows how its
    tests would have ended, or they have passed. A way up that takes too long is
    `ENVIRONMENT_FAILED`.
    """

    PASSED = "passed"
    TESTS_FAILED = "tests failed"
    ENVIRONMENT_FAILED = "environment failed"
    OVER_BUDGET = "over budget"
    NOT_REMOVED = "not removed"
    INTERRUPTED = "interrupted"
    NOT_STARTED = "not started"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One thing that went wrong, the worst first.

    `message` may have several lines. `step` is the plan's, empty where it was none; `subject` the
    instance or image that it is about. `seconds`, `answer`, `state` and `log` are the evidence.
    `spots` are the places in the user's files that it is about, the closest first.
    """

    message: str
    hint: str = ""
    step: str = ""
    subject: str = ""
    seconds: float = 0.0
    answer: str = ""
    state: str = ""
    log: tuple[str, ...] = ()
    spots: tuple[Spot, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The first line of the message that has something in it."""
        return next((line.strip() for line in self.message.splitlines() if line.strip()), "")

    @property
    def brief(self) -> str:
        """All of it in one line: where, what, and why, as far as that is known."""
        last = next((line for line in reversed(self.log) if line.strip()), "")
        ended = self.state.startswith(ENDED)
        why = (last or self.answer) if ended else (self.answer or last)
        return one_line(f"{self.placed}: {why}" if why else self.placed)

    @property
    def placed(self) -> str:
        """The headline behind its place, in one line."""
        spot = str(self.spots[0]) if self.spots else ""
        first = self.headline
        return one_line(first if first.startswith(spot) else f"{spot}: {first}")

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is known besides the log: labels and texts."""
        return Evidence(answer=self.answer, state=self.state).facts


PHASES = {
    "up": "until everything was ready",
    "tests": "the tests",
    "collect": "keeping logs and states",
    "down": "removal",
}
"""The phases of a run, and how one says them."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A part of the run, one of `PHASES`; `budget` in seconds, if it has one."""

    name: str
    began: float
    ended: float
    budget: float | None = None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


@dataclass(frozen=True, kw_only=True)
class ResourceRecord:
    """An instance of a resource as it was just before it was removed.

    `name` is the instance's (`api@s17`), `use` its technology (`postgres:16`), empty for others;
    `image` what it ran from, empty for processes; `address` without password. `status` and
    `health` are those of `model.launch.State`, `state` the same in words. `log` is the file in the
    folder, empty where there is none, and `lines` how many lines it has; of a log that was `cut`,
    the beginning is missing.
    """

    name: str
    resource: str
    section: str
    use: str = ""
    image: str = ""
    engine: str = ""
    address: str = ""
    status: str = ""
    health: str = ""
    state: str = ""
    exit_code: int | None = None
    out_of_memory: bool = False
    log: str = ""
    lines: int = 0
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class EngineRecord:
    """An engine that the run used: who answered, and where it publishes ports."""

    name: str
    version: str = ""
    address: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class FailingTest:
    """A test that failed: its name as its runner shows it, and in one line why; `spot` if known."""

    name: str
    message: str = ""
    spot: Spot | None = None


@dataclass(frozen=True, kw_only=True)
class TestCounts:
    """How many tests ended in which way, and how long they took together.

    `failing` are those that failed or could not be run, in the order of the report, as many as a
    person may want to read.
    """

    # pytest would take it for a class of tests.
    __test__: ClassVar[bool] = False

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failing: tuple[FailingTest, ...] = ()

    @property
    def total(self) -> int:
        """How many tests there are."""
        return self.passed + self.failed + self.errors + self.skipped

    @property
    def words(self) -> str:
        """How they ended: `2 failed, 29 passed`; what there is none of is left out."""
        parts = (
            (self.failed, "failed"),
            (self.errors, "could not run"),
            (self.passed, "passed"),
            (self.skipped, "skipped"),
        )
        return ", ".join(f"{number} {how}" for number, how in parts if number) or "no tests"


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that became of one run.

    `name` is the manifest's, `manifest` its path as messages show it. `run` is empty, and there are
    no `phases`, where nothing was started. `instead` is what `--with` put in the place of the
    manifest's words, and `options` are the others that decide what runs, with their values, empty
    for those that have none; where a variable has said it, too. `ci` is the system that it ran on,
    empty for none of those that are known.
    `exit_code` is what the caller was told.
    """

    name: str
    manifest: str
    verdict: Verdict
    exit_code: int
    began: float
    ended: float
    run: str = ""
    command: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    phases: tuple[Phase, ...] = ()
    engines: tuple[EngineRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    tests: TestCounts | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()
    ci: str = ""
    greenroom: str = ""
    format: int = FORMAT

    def phase(self, name: str) -> Phase | None:
        """Return the phase of this name, if the run has come to it."""
        return next((phase for phase in self.phases if phase.name == name), None)

    @property
    def command_ended(self) -> str:
        """How the command ended, in a sentence."""
        return f"{shlex.join(self.command)} ended with exit code {self.exit_code}"

    def to_json(self) -> str:
        """Return it as JSON, for people too."""
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Record:
        """Read what `to_json` has written. Raises ValueError for anything else."""
        from pydantic import TypeAdapter

        return TypeAdapter(Record).validate_json(text)


def read(folder: Folder) -> Record | None:
    """Return what a run has written down of itself, None if it did not come to that."""
    try:
        return Record.from_json(folder.record.read_bytes())
    except (OSError, ValueError):
        return None

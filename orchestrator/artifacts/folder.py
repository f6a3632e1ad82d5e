"""The folder of artifacts: what is in it, under which names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import UsageError

DEFAULT = "greenroom-artifacts"

VARIABLE = "GREENROOM_ARTIFACTS"
"""The variable by which whatever runs in an environment is told where the folder is."""

RUNNING = ".running"
"""What the name of a file ends with that is there while a test runs."""

LONGEST = 80
"""Characters of a file's name that are taken from what it is about."""


@dataclass(frozen=True)
class Folder:
    """The names of everything in a folder of artifacts; all texts in it are UTF-8."""

    path: Path

    @property
    def record(self) -> Path:
        """What became of the run, as JSON: see `record.Record`."""
        return self.path / "run.json"

    @property
    def events(self) -> Path:
        """Everything that happened, an event on each line: see `events`."""
        return self.path / "events.jsonl"

    @property
    def manifest(self) -> Path:
        """The manifest as it was understood, in YAML, with all that it includes; no secrets."""
        return self.path / "manifest.yaml"

    @property
    def junit(self) -> Path:
        """The environment and the tests as suites of JUnit."""
        return self.path / "junit.xml"

    @property
    def summary(self) -> Path:
        """What there is to know, for people, in Markdown."""
        return self.path / "summary.md"

    @property
    def report(self) -> Path:
        """The report that a browser shows."""
        return self.path / "report.html"

    @property
    def variables(self) -> Path:
        """The outcome as variables for later jobs, `NAME=value` on each line."""
        return self.path / "outcome.env"

    @property
    def logs(self) -> Path:
        """The folder of the logs; a line is an RFC 3339 time, a blank, and what was written."""
        return self.path / "logs"

    @property
    def output(self) -> Path:
        """What the tests' command wrote, on both streams, in the form of a log."""
        return self.path / "output.log"

    @property
    def matrix(self) -> Path:
        """What became of the tests on several versions, as JSON: see `matrix.MatrixRecord`."""
        return self.path / "matrix.json"

    @property
    def console(self) -> Path:
        """All that the run of one of several combinations has written to the screen."""
        return self.path / "console.log"

    @property
    def tests(self) -> Path:
        """The folder of what test runners tell of their tests: `*.jsonl`, and dossiers."""
        return self.path / "tests"

    def log(self, instance: str) -> Path:
        """The log of an instance."""
        return self.logs / f"{safe(instance)}.log"

    def test_records(self, worker: str) -> Path:
        """The tests of one worker of a test runner, a `tests.TestRecord` on each line."""
        return self.tests / f"{safe(worker)}.jsonl"

    def running_test(self, worker: str, process: int) -> Path:
        """The test that a process of a test runner runs now, as a `tests.TestRecord`."""
        return self.tests / f"{safe(worker)}-{process}{RUNNING}"

    def dossier(self, test: str) -> Path:
        """All that is known of the environment while one test ran."""
        return self.tests / f"{safe(test)}.txt"

    def relative(self, path: Path) -> str:
        """A file's path in the folder, as the record has it."""
        return path.relative_to(self.path).as_posix()

    def prepare(self) -> None:
        """Make the folder, and those in it, for one run. Raises UsageError when that cannot be."""
        with self.begun():
            self.logs.mkdir(exist_ok=True)
            self.tests.mkdir(exist_ok=True)

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Make the folder, without what an earlier run has left in it; other files stay.

        What the block does belongs to that. Raises UsageError when it cannot be done.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._clear()
            yield
        except OSError as error:
            taken = isinstance(error, FileExistsError)
            why = "it is no folder" if taken else error.strerror
            raise UsageError(
                f"cannot keep artifacts in {self.path}: {why}",
                hint="name a folder that can be written to: --artifacts FOLDER",
            ) from error

    def _clear(self) -> None:
        # Every run begins with this file. Without it, logs and tests in here are somebody else's.
        ours = self.events.exists()
        for file in (
            self.record,
            self.events,
            self.manifest,
            self.junit,
            self.summary,
            self.report,
            self.variables,
            self.output,
            self.matrix,
            *(self.output.with_suffix(half) for half in (".before", ".joined")),
        ):
            file.unlink(missing_ok=True)
        if not ours:
            return
        # Those but the first are halves, which a killed run has left.
        for pattern in ("*.log", "*.before", "*.joined"):
            for file in self.logs.glob(pattern):
                file.unlink()
        self.clear_tests()

    def clear_tests(self) -> None:
        """Remove what earlier tests have left in it. Raises OSError."""
        for pattern in ("*.jsonl", "*.txt", f"*{RUNNING}"):
            for file in self.tests.glob(pattern):
                file.unlink()


def safe(name: str) -> str:
    """Return a name as that of a file; two names never become the same one.

    What is not a letter, a digit, or one of `-_.@=` becomes `-`, and then a part of the name's hash
    tells it from its likes.
    """
    plain = re.sub(r"[^\w.@=-]+", "-", name, flags=re.ASCII).strip("-.") or "unnamed"
    if plain == name and len(plain) <= LONGEST:
        return plain
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[-LONGEST:].lstrip('-.')}-{digest}"

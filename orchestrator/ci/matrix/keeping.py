"""Writes down what became of all combinations, beside the folders that they have themselves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.artifacts import matrix
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.junit import merge
from orchestrator.artifacts.matrix import MatrixRecord
from orchestrator.artifacts.record import Record
from orchestrator.artifacts.whole import write_whole
from orchestrator.ci.markdown import code
from orchestrator.ci.matrix.combination import Combination
from orchestrator.ci.matrix.outcome import Outcome
from orchestrator.ci.matrix.page import page
from orchestrator.ci.matrix.table import as_markdown
from orchestrator.ci.outcome_env import outcome_env
from orchestrator.ci.writing import Unwritten


def prepare(folder: Folder, combinations: Sequence[Combination]) -> None:
    """Make the folder, without what an earlier run has left in it; other files stay.

    So do those folders of its combinations that are used again. Raises UsageError when it cannot be
    made.
    """
    kept = {folder.path / one.folder for one in combinations}
    earlier = {one.path for one in matrix.folders(folder)}
    with folder.begun():
        for path in earlier - kept:
            shutil.rmtree(path, ignore_errors=True)
    for empty in (folder.logs, folder.tests):
        with suppress(OSError):
            empty.rmdir()


@dataclass(frozen=True)
class Keeping:
    """Writes everything; what cannot be written is told to `notice` at the end, and hides nothing.

    `whole` are all runs as one.
    """

    folder: Folder
    outcomes: Sequence[Outcome]
    record: MatrixRecord
    whole: Record
    notice: Callable[[str], None]

    def keep(self) -> str:
        """Write all files, and return the summary."""
        unwritten, summary = Unwritten(), "\n".join([as_markdown(self.record), *self.summaries()])
        with unwritten.writing("record"):
            write_whole(self.folder.matrix, self.record.to_json())
        with unwritten.writing("JUnit file"):
            self.merge()
        with unwritten.writing("summary"):
            write_whole(self.folder.summary, summary)
        with unwritten.writing("report"):
            write_whole(self.folder.report, page(self.record, self.folder))
        with unwritten.writing("outcome"):
            variables = outcome_env(self.whole, self.folder, os.fspath(Path.cwd()))
            write_whole(self.folder.variables, variables)
        unwritten.tell(self.notice, " of all combinations")
        return summary

    def merge(self) -> None:
        """Put the suites of all combinations into one file, if there are any."""
        each = {
            outcome.combination.name: Folder(self.folder.path / outcome.combination.folder).junit
            for outcome in self.outcomes
        }
        there = {name: path for name, path in each.items() if path.is_file()}
        if there:
            merge(there, self.folder.junit, name=self.record.name, notice=self.notice)

    def summaries(self) -> Iterator[str]:
        """Yield the summaries of the combinations that have failed, under their names."""
        for outcome in self.outcomes:
            if outcome.failed:
                with suppress(OSError):
                    path = Folder(self.folder.path / outcome.combination.folder).summary
                    text = path.read_text(encoding="utf-8", errors="replace")
                    head = f"## {code(outcome.combination.name)}: {outcome.verdict}"
                    _, _, rest = text.partition("\n")
                    yield f"{head}\n{rest}"

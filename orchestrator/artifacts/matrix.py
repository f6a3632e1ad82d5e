"""What became of the tests on several versions, as one value: a list of their runs.

Each run has a folder of its own with all that `ci` keeps of a run. Times are seconds since the Unix
epoch, durations seconds. Nothing in it holds a secret.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import TestCounts

FORMAT = 1
"""The number of this form; a reader that knows only lower ones says so."""


@dataclass(frozen=True, kw_only=True)
class CombinationRecord:
    """What became of one combination.

    `name` is what makes it different from the others, `instead` all that its resources used, and
    `folder` where its artifacts are, beside this record. `verdict` is that of its `Record`, else
    what is known: `killed`, `stopped`, `not run`. `exit_code` is None where it did not run.
    `up` is how long it took until all was ready, and `testing` how long the tests ran; None where
    it has not come to that. `cause` says in a few lines why it has failed.
    """

    name: str
    folder: str
    instead: Mapping[str, str]
    verdict: str
    exit_code: int | None
    seconds: float = 0.0
    up: float | None = None
    testing: float | None = None
    tests: TestCounts | None = None
    cause: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MatrixRecord:
    """All combinations in the order given; `at_once` is how many ran at the same time.

    `name` is the manifest's, `manifest` its path as messages show it. `exit_code` is what the
    caller was told.
    """

    name: str
    manifest: str
    exit_code: int
    began: float
    ended: float
    command: tuple[str, ...] = ()
    at_once: int = 1
    combinations: tuple[CombinationRecord, ...] = field(default=())
    ci: str = ""
    greenroom: str = ""
    format: int = FORMAT

    def to_json(self) -> str:
        """Return it as JSON, for people too."""
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> MatrixRecord:
        """Read what `to_json` has written. Raises ValueError for anything else."""
        from pydantic import TypeAdapter

        return TypeAdapter(MatrixRecord).validate_json(text)


def folders(folder: Folder) -> list[Folder]:
    """Return the folders of the runs that this one is of, none if it is of a single one.

    What was written down may have been changed by anybody: a name that leads elsewhere is none.
    """
    try:
        record = MatrixRecord.from_json(folder.matrix.read_bytes())
    except (OSError, ValueError):
        return []
    names = (one.folder for one in record.combinations)
    return [Folder(folder.path / name) for name in names if _is_inside(name)]


def _is_inside(name: str) -> bool:
    """Whether it is the mere name of a folder."""
    return name == Path(name).name and name not in ("", "..")

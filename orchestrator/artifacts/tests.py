"""What a test runner tells of each of its tests: when it ran, how it ended, in which slice.

pytest's plugin writes these. Any other runner may do the same: a line of JSON for each test, into
any file `*.jsonl` of the folder that is named by GREENROOM_ARTIFACTS, below `tests`. In a file
`*.running` there is the test that a process of a runner runs now. It goes when the test has ended:
one that is left is of a test that never did.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from orchestrator.artifacts.folder import RUNNING, Folder

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import TypeAdapter

LONE = "main"
"""The worker of a runner that has one only, as the names of files have it."""

BAD = ("failed", "error")
"""The outcomes of tests that failed, or could not be run."""


@dataclass(frozen=True, kw_only=True)
class TestRecord:
    """One test: `began` and `ended` are its time window, set-up and tear-down included.

    `name` is how its runner calls it (pytest's node id), `outcome` one of `passed`, `failed`,
    `error` and `skipped`; `worker` is empty where there is one only. `slice` is the name of its own
    slice, and `addresses`, without passwords, those of what is sliced. `message` is in one line why
    it failed, and `place` where, as `tests/test_pay.py:7`; `dossier` a file of the folder. `logs`
    has by the names of their files how long the logs were, in bytes, at the beginning and at the
    end, of which nobody notes when a line comes.
    """

    # pytest would take it for a class of tests.
    __test__: ClassVar[bool] = False

    name: str
    outcome: str
    began: float
    ended: float
    worker: str = ""
    slice: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    place: str = ""
    dossier: str = ""
    logs: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether it failed, or could not be run."""
        return self.outcome in BAD

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    def to_line(self) -> bytes:
        """Return that line as it is in a file."""
        # A lone surrogate, which an id may have, becomes an escape that JSON knows.
        return f"{self.to_json()}\n".encode("utf-8", "backslashreplace")


def read(folder: Folder) -> Iterator[TestRecord]:
    """Yield all tests that were told of, in the order of their beginnings.

    Neither a line that is no record nor a file that cannot be read stops it: runners write them as
    whoever they are.
    """
    found = [record for line in _lines(folder) if (record := _record(line))]
    yield from sorted(found, key=lambda one: one.began)


def settle(folder: Folder, ended: float, outcome: str, why: str) -> tuple[TestRecord, ...]:
    """Return the tests that have not ended, and never will; from now on they have, like this.

    `why` says in one line what came before their end.
    """
    found = [record for file in sorted(folder.tests.glob(f"*{RUNNING}")) for record in _take(file)]
    settled = [
        dataclasses.replace(one, outcome=outcome, ended=max(one.began, ended), message=why)
        for one in sorted(found, key=lambda one: one.began)
    ]
    for one in settled:
        with suppress(OSError), folder.test_records(one.worker or LONE).open("ab") as lines:
            lines.write(one.to_line())
    return tuple(settled)


def _take(file: Path) -> Iterator[TestRecord]:
    """Yield the record of a file, if it is one, and remove it."""
    with suppress(OSError):
        if record := _record(file.read_text(encoding="utf-8", errors="replace")):
            yield record
        file.unlink()


def _lines(folder: Folder) -> Iterator[str]:
    for file in sorted(folder.tests.glob("*.jsonl")):
        text = ""
        with suppress(OSError):
            text = file.read_text(encoding="utf-8", errors="replace")
        # Not by splitlines(), which takes more than line feeds for the end of a line.
        yield from text.split("\n")


def _record(line: str) -> TestRecord | None:
    """Return the record on a line; None for half a line, which a killed runner has left."""
    try:
        return _adapter().validate_json(line)
    except ValueError:
        return None


@cache
def _adapter() -> TypeAdapter[TestRecord]:
    """Return what checks and makes records; imported late, as it costs much time."""
    from pydantic import TypeAdapter

    return TypeAdapter(TestRecord)

"""What is kept of a session's tests in a folder: a line for each, and the dossiers as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestrator.pytest_plugin import options
from orchestrator.pytest_plugin.places import place_of

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.looking import Clean
    from orchestrator.artifacts.tests import TestRecord
    from orchestrator.pytest_plugin.running import Running
    from orchestrator.slicing.slices import Slice

CRASHES = "greenroom-crashes"
"""The name of the plugin that the controller of test workers has besides; see `crashes`."""

MESSAGE = 400
"""Characters of what is kept of why a test failed."""

MOST_OF_A_NAME = 100
"""So many dossiers of one name there may be: of several sessions, or attempts at a test."""


class Kept:
    """The folder of a session, as far as there is one; what cannot be written is told once."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.worker: str = getattr(config, "workerinput", {}).get("workerid", "")
        self.trouble = ""
        self.folder = self._found()

    def _found(self) -> Folder | None:
        path = options.artifacts(self._config)
        if path is None:
            return None
        # Imported here: few sessions have a folder.
        from orchestrator.artifacts.folder import Folder

        return Folder(Path(path).absolute())

    def clear(self) -> None:
        """Forget the tests of an earlier session, where the folder is this session's own."""
        from orchestrator.artifacts.folder import VARIABLE

        shared = os.environ.get(VARIABLE)
        if self.folder is None or (shared and Path(shared).absolute() == self.folder.path):
            return
        self._attempt(self.folder.clear_tests)

    @property
    def is_one_of_many(self) -> bool:
        """Whether tests of other processes run at the same time."""
        return bool(self.worker) or self._config.pluginmanager.hasplugin(CRASHES)

    def begin(self, item: pytest.Item, running: Running, clean: Clean) -> None:
        """Note which test runs now, in case that this process never comes to tell of it."""
        if self.folder is None:
            return
        folder = self.folder

        def note() -> None:
            now = replace(running, outcome="running", ended=running.began, place=place_of(item))
            record = self._record(item.nodeid, now, clean)
            file = self._note(folder)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(record.to_line())

        self._attempt(note)

    def forget(self, worker: str) -> None:
        """Forget which test another worker runs: it has crashed, and somebody tells of the test."""
        if self.folder is None:
            return
        from orchestrator.artifacts.folder import RUNNING

        for file in self.folder.tests.glob(f"{worker}-*{RUNNING}"):
            self._attempt(file.unlink)

    def _note(self, folder: Folder) -> Path:
        from orchestrator.artifacts.tests import LONE

        return folder.running_test(self.worker or LONE, os.getpid())

    def tell(self, nodeid: str, running: Running, clean: Clean) -> None:
        """Add what is known of a test that is over, where a folder is for that."""
        if self.folder is None:
            return
        folder = self.folder

        def add() -> None:
            from orchestrator.artifacts.tests import LONE

            record = self._record(nodeid, running, clean)
            file = folder.test_records(self.worker or LONE)
            file.parent.mkdir(parents=True, exist_ok=True)
            self._note(folder).unlink(missing_ok=True)
            with file.open("ab") as lines:
                lines.write(record.to_line())

        self._attempt(add)

    def _record(self, nodeid: str, running: Running, clean: Clean) -> TestRecord:
        from orchestrator.artifacts.tests import TestRecord

        name, message, place = clean([nodeid, running.message, running.place])
        slice_, then = running.slice, running.sizes_then
        return TestRecord(
            name=name,
            outcome=running.outcome,
            began=running.began,
            ended=running.ended,
            worker=self.worker,
            slice=slice_.name if slice_ else "",
            addresses=addresses(slice_, clean) if slice_ else {},
            # Not before: what cleans it does not know half of a secret.
            message=message[:MESSAGE],
            place=place,
            dossier=running.dossier,
            logs={log: (running.sizes.get(log, 0), size) for log, size in then.items()},
        )

    def dossier(self, name: str, text: str, before: str = "") -> str:
        """Keep a dossier; return its path in the folder, empty when it could not be written.

        It takes the place of the one that was kept `before` of the same attempt.
        """
        if self.folder is None:
            return ""
        folder, data = self.folder, text.encode("utf-8", "backslashreplace")
        written: list[str] = []

        def write() -> None:
            file = folder.path / before if before else vacant(folder, name)
            file.write_bytes(data)
            written.append(folder.relative(file))

        self._attempt(write)
        return next(iter(written), "")

    def _attempt(self, do: Callable[[], object]) -> None:
        """Do something to files; what goes wrong is a test's least concern, and told once."""
        try:
            do()
        except Exception as error:
            what = (isinstance(error, OSError) and error.strerror) or repr(error)
            where = self.folder and self.folder.path
            told = f"cannot keep what is known of the tests in {where}: {what}"
            self.trouble = self.trouble or told


def addresses(slice_: Slice, clean: Clean) -> dict[str, str]:
    """Return the addresses of what a slice has of its own, as they may be shown."""
    there = slice_.resources
    own = [name for name in slice_.entry.resources if hasattr(there.get(name), "url")]
    return dict(zip(own, clean([there[name].url for name in own]), strict=True))


def vacant(folder: Folder, name: str) -> Path:
    """Make an empty file for the dossier of this name, and return it; another's stays as it is."""
    folder.tests.mkdir(parents=True, exist_ok=True)
    for number in range(1, MOST_OF_A_NAME):
        file = folder.dossier(name if number == 1 else f"{name} ({number})")
        try:
            file.touch(exist_ok=False)
        except FileExistsError:
            continue
        return file
    return file


KEPT = pytest.StashKey[Kept]()

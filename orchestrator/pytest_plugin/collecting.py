"""Files of tests that cannot be collected: a line of what is kept is about each of these, too."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from orchestrator.pytest_plugin.dossiers import DOSSIERS
from orchestrator.pytest_plugin.kept import KEPT
from orchestrator.pytest_plugin.report import REPORT
from orchestrator.pytest_plugin.running import Running, crash
from orchestrator.pytest_plugin.shown import bug


class Collecting:
    """Tells of what a session cannot collect; of its workers' files the controller hears once."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell of a file that could not be imported, as of a test that could not be run."""
        if not report.failed or self._config.stash[KEPT].folder is None:
            return
        try:
            self._tell(report)
        except Exception as error:  # What happens in here would end the session.
            words = bug(error, self._config.stash[DOSSIERS].clean)
            self._config.stash[REPORT].lines += words.splitlines()

    def _tell(self, report: pytest.CollectReport) -> None:
        now = time.time()
        running = Running(
            attempt=1,
            began=now,
            ended=now,
            outcome="error",
            message=crash(report),
            place=self._place(report),
        )
        kept, dossiers = self._config.stash[KEPT], self._config.stash[DOSSIERS]
        kept.tell(report.nodeid, running, dossiers.clean)

    def _place(self, report: pytest.CollectReport) -> str:
        """Return where the file has failed; the file alone where no line of it is known."""
        path = self._config.rootpath / report.nodeid.partition("::")[0]
        file = Path(os.path.relpath(path, self._config.invocation_params.dir)).as_posix()
        # Of an import as pytest shows a traceback, of what cannot be parsed as Python does.
        told = rf"{re.escape(path.name)}(?::|\", line )(\d+)"
        lines = re.findall(told, str(report.longrepr or ""))
        return f"{file}:{lines[-1]}" if lines else file

"""Tests that took their worker with them: nobody but the controller can still tell of these."""

from __future__ import annotations

import time
from typing import Any

import pytest

from orchestrator.pytest_plugin.dossiers import DOSSIERS
from orchestrator.pytest_plugin.kept import KEPT
from orchestrator.pytest_plugin.running import Running, crash
from orchestrator.pytest_plugin.used import OWNED


class Crashes:
    """Remembers in the controller which test runs since when, and tells of one that crashed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._running: dict[str, Running] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note that a worker begins a test."""
        running = self._running[nodeid] = Running(1, began=time.time())
        self._know()
        self._config.stash[DOSSIERS].begin(running)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Forget a test that is over."""
        self._running.pop(nodeid, None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any) -> None:
        """Tell what the environment did while a test ran that crashed."""
        now = self._running.pop(crashitem, None)
        if now is None:
            return
        ended = time.time()
        now.outcome, now.message = "error", crash(report)
        self._know()
        dossiers = self._config.stash[DOSSIERS]
        if lines := dossiers.of(crashitem, now, ended):
            report.sections.append(("greenroom", "\n".join(lines)))
        self._config.stash[KEPT].tell(crashitem, now, ended, dossiers.clean)

    def _know(self) -> None:
        """Let dossiers be of the environment that the controller has brought up, if it has."""
        owned = self._config.stash.get(OWNED, None)
        environment = owned.environment if owned else None
        if environment is not None:
            self._config.stash[DOSSIERS].use(environment, 0.0)

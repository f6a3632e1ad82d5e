"""Tests that took their worker with them: nobody but the controller can still tell of these."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from orchestrator.pytest_plugin import beginnings
from orchestrator.pytest_plugin.dossiers import DOSSIERS
from orchestrator.pytest_plugin.kept import KEPT
from orchestrator.pytest_plugin.running import crash
from orchestrator.pytest_plugin.used import OWNED


class Crashes:
    """Lets workers note which test they begin, and tells in the controller of one that crashed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._folder = TemporaryDirectory(prefix="greenroom-", ignore_cleanup_errors=True)

    def expect(self, node: Any) -> None:
        """Tell a worker where to note its tests."""
        beginnings.expect(node, Path(self._folder.name))

    def pytest_unconfigure(self) -> None:
        """Forget what they have noted."""
        self._folder.cleanup()

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any) -> None:
        """Tell what the environment did while a test ran that crashed."""
        self._config.stash[KEPT].forget(report.node.gateway.id)
        now = beginnings.noted(report.node, crashitem)
        if now is None:
            return
        now.outcome, now.message = "error", crash(report)
        self._know()
        dossiers = self._config.stash[DOSSIERS]
        dossiers.end(now)
        if lines := dossiers.of(crashitem, now, now.ended):
            report.sections.append(("greenroom", "\n".join(lines)))
        self._config.stash[KEPT].tell(crashitem, now, dossiers.clean)

    def _know(self) -> None:
        """Let dossiers be of the environment that the controller has brought up, if it has."""
        owned = self._config.stash.get(OWNED, None)
        environment = owned.environment if owned else None
        if environment is not None:
            self._config.stash[DOSSIERS].know(environment)

"""What happens to the environment, for the session's user."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from orchestrator.model.event import Event


REMEMBERED = 1000
"""Events that are remembered, the last ones: those of many tests."""


class Report:
    """Lines for the end of the session; a death is told at once, too."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.lines: list[str] = []
        self.happened: deque[Event] = deque(maxlen=REMEMBERED)
        self.dead = False

    def remember(self, event: Event) -> None:
        """Take in an event of a run that somebody else tells of; dossiers ask for it."""
        self.happened.append(event)

    def listen(self, event: Event) -> None:
        """Take in an event: a death is told at once, and all that matters again at the end."""
        from orchestrator.model.event import InstanceDied, Noticed, RunKept, RunStarted
        from orchestrator.render.words import died, whole

        self.remember(event)
        match event:
            case InstanceDied():
                self.note_death(died(event))
                self._tell_now(died(event)[0])
            case RunStarted(engines=engines, reason=reason) if reason:
                self.lines += [f"ran on {one}" for one in engines]
            case Noticed() | RunKept():
                self.lines += whole(event)

    def note_death(self, lines: list[str]) -> None:
        """Let the session fail, and say so at its end."""
        self.dead = True
        self.lines += lines

    def _tell_now(self, line: str) -> None:
        """Write on the terminal, and not among the captured output of the test that runs."""
        plugins = self._config.pluginmanager
        reporter, capture = (
            plugins.get_plugin("terminalreporter"),
            plugins.get_plugin("capturemanager"),
        )
        if not reporter:
            return
        from orchestrator.model.printable import printable

        with capture.global_and_fixture_disabled() if capture else nullcontext():
            reporter.ensure_newline()
            reporter.write_line(f"greenroom: {printable(line)}", red=True)


REPORT = pytest.StashKey[Report]()


def quoted(lines: Iterable[str]) -> list[str]:
    """Return lines such that the CI system in whose log they are shown takes none for a command."""
    from orchestrator.ci.tongues import tongue_of

    speaking = tongue_of(os.environ)
    return [speaking.quoted(line) for line in lines]

"""What comes of a job, while it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import EngineRecord, ResourceRecord
from orchestrator.artifacts.tests import TestRecord
from orchestrator.ci.budget import Budgets
from orchestrator.ci.verdict import exit_code
from orchestrator.model.event import Event, InstanceDied

if TYPE_CHECKING:
    from orchestrator.environment import Environment


@dataclass
class Result:
    """All that is known of a job so far.

    `code` is the exit code of its tests, None before they have ended; `here` is where they ran, and
    `variables` what they were told. `errors` is what else went wrong, the worst first; `deaths`
    what died while they ran, and `unfinished` the tests that had not ended when their command had;
    `resources` and `engines` what was collected. It is `alone` when no other run's tests write into
    the same folders at the same time.
    """

    manifest: str
    folder: Folder
    events: Sequence[Event]
    budgets: Budgets = Budgets()
    instead: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    environment: Environment | None = None
    command: tuple[str, ...] = ()
    here: Path = Path()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    code: int | None = None
    errors: list[BaseException] = field(default_factory=list)
    deaths: list[InstanceDied] = field(default_factory=list)
    unfinished: tuple[TestRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    engines: tuple[EngineRecord, ...] = ()
    alone: bool = True

    @property
    def failed(self) -> bool:
        """Whether anything has gone wrong so far."""
        return bool(self.code or self.errors or self.deaths)

    @property
    def exit_code(self) -> int:
        """What the shell is told."""
        return exit_code(self.code, self.errors, died=bool(self.deaths))

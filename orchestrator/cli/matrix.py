"""What `greenroom ci` does with several versions: a run for each combination, and a table."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from orchestrator import __version__
from orchestrator.artifacts.alone import alone
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.matrix import MatrixRecord
from orchestrator.ci.display import stream_of
from orchestrator.ci.matrix.combination import Combination
from orchestrator.ci.matrix.gathering import as_one, combination_record
from orchestrator.ci.matrix.hindrance import hindrance, shared_files
from orchestrator.ci.matrix.keeping import Keeping, prepare
from orchestrator.ci.matrix.machines import engines_machine
from orchestrator.ci.matrix.outcome import Outcome, exit_code
from orchestrator.ci.matrix.room import Room, asked_for, needs, room
from orchestrator.ci.matrix.running import Running
from orchestrator.ci.matrix.screen import Screen
from orchestrator.ci.matrix.table import as_lines, result, why
from orchestrator.ci.steady import let_go
from orchestrator.ci.summary import again
from orchestrator.cli.signals import install, restore
from orchestrator.host.machine import this_machine
from orchestrator.host.manifests import shown_as

if TYPE_CHECKING:
    from orchestrator.ci.tongues import Tongue
    from orchestrator.model.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Several:
    """What the command line asks for.

    `manifests` are those of the combinations, in their order, `command` the tests' own, `passed_on`
    the words of the command line that every run gets.
    """

    combinations: Sequence[Combination]
    manifests: Sequence[Manifest]
    profiles: Sequence[str]
    command: Sequence[str] | None
    passed_on: Sequence[str]
    artifacts: Path
    junit: Sequence[str] = ()
    parallel: int | None = None
    fail_fast: bool = False

    def arguments(self, combination: Combination, folder: Path, at_once: int) -> list[str]:
        """Return the command line of one run, when so many run at the same time."""
        own = [*combination.options, "--artifacts", str(folder), "--part", str(at_once)]
        command = ["--", *self.command] if self.command else []
        return ["ci", *self.passed_on, *own, *command]

    def secrets(self) -> list[str]:
        """Return what none of the runs may show, as far as it is known before they start."""
        from orchestrator.addressing.passwords import secrets_of

        return [secret for manifest in self.manifests for secret in secrets_of(manifest)]

    def room(self) -> Room:
        """Return how many run at the same time."""
        command = self.command or [str(word) for word in self.manifests[0].tests.command or ()]
        files = shared_files(command, os.environ, self.junit)
        number, hindered = len(self.combinations), hindrance(self.manifests, self.profiles, files)
        if decided := asked_for(self.parallel, number, hindered):
            return decided
        wanted = needs(self.manifests, self.profiles)
        return room(number, wanted, this_machine(), engines_machine(wanted, os.environ))


def run_matrix(asked: Several, tongue: Tongue) -> int:
    """Run all of them, and return the exit code. Raises UsageError where nothing can be kept."""
    folder = Folder(asked.artifacts.absolute())
    with alone(folder):
        prepare(folder, asked.combinations)
        code = _run(asked, tongue, folder)
    let_go(sys.stdout, sys.stderr)
    return code


def _run(asked: Several, tongue: Tongue, folder: Folder) -> int:
    from orchestrator.ci.telling import perform

    screen = Screen(stream_of(tongue), tongue)
    perform(tongue.hide(asked.secrets()), screen, screen.say)
    found = asked.room()
    running = Running(
        combinations=asked.combinations,
        at_once=found.at_once,
        folder=folder.path,
        arguments=lambda one, place: asked.arguments(one, place, found.at_once),
        screen=screen,
        fail_fast=asked.fail_fast,
    )
    with caught(running.tell):
        began = time.time()
        screen.say(f"{len(asked.combinations)} combinations, {found.words}")
        outcomes = running.run()
        code = exit_code(outcomes, running.interrupted)
        ending = Ending(asked, folder, screen, tongue, outcomes, began, code, found.at_once)
        ending.finish()
    return code


@contextmanager
def caught(tell: Callable[[int], None]) -> Iterator[None]:
    """While the block runs, let signals that ask for its end be told, and do nothing else."""

    def handle(number: int, _frame: FrameType | None) -> None:
        tell(number)

    before = install(handle)
    try:
        yield
    finally:
        restore(before)


@dataclass(frozen=True)
class Ending:
    """What is kept and told when all have ended."""

    asked: Several
    folder: Folder
    screen: Screen
    tongue: Tongue
    outcomes: Sequence[Outcome]
    began: float
    code: int
    at_once: int
    ended: float = field(default_factory=time.time)

    def finish(self) -> None:
        """Keep everything, tell the CI system, and say last what went wrong."""
        from orchestrator.ci.telling import perform

        record = self.record()
        whole = as_one(
            self.outcomes,
            manifest=record.manifest,
            began=self.began,
            ended=self.ended,
            exit_code=self.code,
        )
        summary = Keeping(self.folder, self.outcomes, record, whole, self.screen.say).keep()
        perform(self.tongue.tell(whole, self.folder, summary), self.screen, self.screen.say)
        self.screen.say("", *as_lines(record), "")
        self.screen.say(*self.last_words(record))

    def record(self) -> MatrixRecord:
        """Return all that became of them."""
        manifest = self.asked.manifests[0]
        return MatrixRecord(
            name=manifest.name,
            manifest=shown_as(Path(manifest.path)),
            exit_code=self.code,
            began=self.began,
            ended=self.ended,
            command=tuple(self.asked.command or ()),
            at_once=self.at_once,
            combinations=tuple(map(combination_record, self.outcomes)),
            ci=self.tongue.name,
            greenroom=__version__,
        )

    def last_words(self, record: MatrixRecord) -> Iterator[str]:
        """Yield where everything is and, last of all, what went wrong."""
        yield f"artifacts: {shown_as(self.folder.path)}"
        yield result(record)
        yield from why(record)
        failed = next((one.record for one in self.outcomes if one.failed and one.record), None)
        if failed:
            yield f"next: again, for the first of them: {again(failed)}"

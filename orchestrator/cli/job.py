"""What `greenroom ci` does: an environment for one command, and all that is kept and told of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.artifacts.alone import alone
from orchestrator.artifacts.folder import VARIABLE, Folder
from orchestrator.artifacts.record import Verdict
from orchestrator.ci.budget import ALL, DOWN, TESTS, UP, Budgets
from orchestrator.ci.display import History, InGroups, stream_of
from orchestrator.ci.kept_events import kept_events
from orchestrator.ci.result import Result
from orchestrator.ci.steady import Steady, let_go
from orchestrator.ci.writing import Unwritten
from orchestrator.cli.session import Session, interrupted, session
from orchestrator.errors import GreenroomError, NotRemoved, StepFailed
from orchestrator.lifecycle.death import engines_lost
from orchestrator.model.event import Noticed
from orchestrator.render.display import Display

if TYPE_CHECKING:
    from orchestrator.artifacts.log_files import LogFile
    from orchestrator.ci.tongues import Tongue
    from orchestrator.cli.tests import Tests
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.last_look import BeforeEnd, LastLook

GRACE = 4.0
"""Seconds that the command has after the first signal.

GitHub and Azure send SIGINT, SIGTERM 7.5 s after it, and kill 2.5 s after that; Buildkite kills
10 s after its signal. What is left of that is for the artifacts and for removal.
"""

OUTPUT = "output of the tests"
"""What of the artifacts has no room, where the tests have written too much."""

Opening = Callable[[Session, "BeforeEnd", float], "Environment"]
"""Makes the environment: told to a session, looked at before its end, up within some seconds."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line asks for.

    See `Record` for the `options`, and `Result` for what it means to be `alone`.
    """

    opened: Opening
    tests: Callable[[Environment], Tests]
    manifest: str
    artifacts: Path
    budgets: Budgets = Budgets()
    junit: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    events: str | None = None
    verbose: bool = False
    alone: bool = True


def refused(asked: Asked, error: GreenroomError) -> Asked:
    """Return the same, but that an error is all there is to tell: nothing is started."""

    def refuse(*_: object) -> Environment:
        raise error

    return replace(asked, opened=refuse, instead=())


def run_job(asked: Asked, tongue: Tongue) -> int:
    """Do all of it, and return the exit code. Raises UsageError where nothing can be kept."""
    folder = Folder(asked.artifacts.absolute())
    with alone(folder):
        folder.prepare()
        code = _run(asked, tongue, folder)
    let_go(sys.stdout, sys.stderr)
    return code


def _run(asked: Asked, tongue: Tongue, folder: Folder) -> int:
    stream = Steady(stream_of(tongue))
    shown, history = InGroups(stream, tongue, verbose=asked.verbose), History()
    unwritten = Unwritten()
    with kept_events(folder.events, unwritten) as events:
        displays: list[Display] = [shown, events, history]
        with session(events=asked.events, shown=displays, one_is_all=True) as listening:
            result = Result(
                asked.manifest,
                folder,
                history.events,
                asked.budgets,
                asked.instead,
                asked.options,
                alone=asked.alone,
            )
            job = Job(asked, folder, tongue, shown, listening, result, unwritten)
            job.go()
            job.finish()
    return result.exit_code


@dataclass
class Job:
    """The run itself, as a list of what happens; what comes of it is noted in the result.

    It `began` at a time of the day, for the record; budgets are measured by a clock that nobody
    sets, on which it `started`.
    """

    asked: Asked
    folder: Folder
    tongue: Tongue
    shown: InGroups
    listening: Session
    result: Result
    unwritten: Unwritten
    began: float = field(default_factory=time.time)
    started: float = field(default_factory=time.monotonic)

    def go(self) -> None:
        """Do all of it; whatever goes wrong is noted, and ends it in order."""
        try:
            self.shown.begin("Starting the environment")
            environment = self.open()
            tests = self.asked.tests(environment)
            self.result.command = tests.command or ()
            self.bring_up(environment)
            self.test(environment, tests)
            self.remove(environment)
        except KeyboardInterrupt as error:
            self.result.errors.append(interrupted(error))
            if error.__cause__:
                self.result.errors.append(error.__cause__)
        except BaseException as error:
            self.result.errors.append(error)

    def open(self) -> Environment:
        """Make the environment, and let the CI system hide its secrets before any can be shown."""
        from orchestrator.ci.telling import perform

        environment = self.asked.opened(self.listening, self.collect, self.left(UP))
        self.result.environment = environment
        perform(self.tongue.hide(environment.secrets), self.shown, self.shown.say)
        return environment

    def bring_up(self, environment: Environment) -> None:
        """Bring it up within its time; when that fails, it is removed already."""
        began = time.monotonic()
        try:
            environment.up()
        except BaseException as error:
            self.blame(error, UP, time.monotonic() - began)
            self.listening.removed(environment, error)
            raise

    def test(self, environment: Environment, tests: Tests) -> None:
        """Run the tests, and note what dies meanwhile; what tears them apart leads to removal."""
        began = time.monotonic()
        try:
            with environment.watch() as watch:
                try:
                    self.run(environment, tests)
                finally:
                    self.result.deaths = watch.deaths()
                    if self.result.code:
                        self.result.errors += engines_lost(watch.silent)
        except BaseException as error:
            self.blame(error.__cause__ or error, TESTS, time.monotonic() - began)
            self.blame_tests(error.__cause__ or error)
            self.listening.removed(environment, error)
            raise

    def run(self, environment: Environment, tests: Tests) -> None:
        """Run their command, and pass on what it writes, without secrets."""
        from orchestrator.ci.masked import Masked
        from orchestrator.ci.relaying import Relay
        from orchestrator.cli.child import Manner

        self.result.command = tests.command or environment.command or ()
        self.result.here, self.result.variables = tests.folder, environment.variables
        seconds, secrets = self.left(TESTS), environment.secrets
        with (
            self.settled_tests(),
            self.kept_output() as kept,
            Relay(lambda: Masked(environment.mask, secrets), kept, self.shown.stream) as relay,
        ):
            self.result.code = tests.run(
                environment,
                self.listening,
                None if seconds == float("inf") else seconds,
                Manner(grace=GRACE, patient=False, relay=relay),
                {VARIABLE: str(self.folder.path)},
            )

    @contextmanager
    def settled_tests(self) -> Iterator[None]:
        """Note which tests have not ended when the block has."""
        from orchestrator.ci.unfinished import settle

        try:
            yield
        finally:
            self.result.unfinished = settle(self.folder, self.result.code)

    @contextmanager
    def kept_output(self) -> Iterator[LogFile | None]:
        """Open where the command's output is kept; where that cannot be, it is only shown."""
        from orchestrator.artifacts.log_files import LogFile

        with ExitStack() as stack:
            try:
                file: LogFile | None = stack.enter_context(LogFile(self.folder.output))
            except OSError as error:
                self.unwritten.note(OUTPUT, error)
                file = None
            yield file
            try:
                stack.close()
            except OSError as error:
                self.unwritten.note(OUTPUT, error)

    def remove(self, environment: Environment) -> None:
        """Remove everything; a budget that this exceeds does not end it."""
        self.listening.signals.removing = True
        began = time.monotonic()
        try:
            environment.down(failed=self.result.failed)
        except NotRemoved as left:
            self.result.errors.append(left)
        for phase, taken in ((DOWN, time.monotonic() - began), (ALL, self.so_far)):
            if late := self.asked.budgets.passed(phase, taken):
                self.result.errors.append(late)

    def collect(self, look: LastLook) -> None:
        """Keep what is known of everything before it goes."""
        from orchestrator.artifacts.collecting import collect, engine_records

        result = self.result
        assert result.environment is not None, "something of it is about to go"
        result.engines = engine_records(look)
        result.resources = collect(look, self.folder, result.environment.mask, events=result.events)

    def blame(self, error: BaseException, phase: str, taken: float) -> None:
        """Say of steps that the time for them was over by which budget it was."""
        from orchestrator.ci.budget import blame

        blame(error, self.asked.budgets, {phase: taken, ALL: self.so_far})

    def blame_tests(self, error: BaseException) -> None:
        """Say of a command whose time was over which tests were running."""
        from orchestrator.ci.budget import is_late
        from orchestrator.ci.unfinished import blame

        if isinstance(error, StepFailed) and is_late(error.step):
            blame(error, self.result.unfinished, self.result.here)

    def finish(self) -> None:
        """Keep everything, tell the CI system, and say last what went wrong."""
        from orchestrator.ci.keeping import Keeping
        from orchestrator.ci.telling import CALL_SECONDS, HURRY_SECONDS, perform

        self.listening.signals.removing = True
        self.shown.close()
        keeping = Keeping(
            self.result,
            self.asked.junit,
            self.tongue.name,
            self.notice,
            self.began,
            self.unwritten,
        )
        kept = keeping.keep()
        deeds = self.tongue.tell(kept.record, self.folder, kept.summary)
        hurry = kept.record.verdict is Verdict.INTERRUPTED
        perform(deeds, self.shown, self.notice, HURRY_SECONDS if hurry else CALL_SECONDS)
        self.shown.write([self.tongue.quoted(line) for line in kept.last_words])

    def notice(self, text: str) -> None:
        """Tell what is no failure."""
        self.listening.listen(Noticed(at=time.time(), text=text))

    @property
    def so_far(self) -> float:
        """How many seconds all of it has taken."""
        return time.monotonic() - self.started

    def left(self, phase: str) -> float:
        """Return how many seconds a phase has that begins now."""
        return self.asked.budgets.left(phase, self.so_far)

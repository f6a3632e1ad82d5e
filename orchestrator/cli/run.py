"""`greenroom run`: an environment for one command, and for no longer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from orchestrator.cli.arguments import command_of
from orchestrator.cli.durations import duration
from orchestrator.cli.options import (
    Engine,
    Events,
    InTime,
    Keep,
    Manifest,
    NoSnapshots,
    Profiles,
    Pull,
    Verbose,
    With,
)
from orchestrator.errors import GreenroomError, NotRemoved, ServiceDied, StepFailed, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.cli.tests import Tests
    from orchestrator.environment import Environment
    from orchestrator.model.event import InstanceDied
    from orchestrator.waiting import Deadline

T = TypeVar("T")

WholeTime = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="TIME",
        help="Within this time everything must be done, the tests included: 90s, 5m. "
        "Default: 30m until everything is ready, and no limit for the tests.",
        show_default=False,
    ),
]


def run(
    ctx: typer.Context,
    manifest: Manifest = None,
    profile: Profiles = None,
    with_: With = None,
    timeout: WholeTime = None,
    keep: Keep = "never",
    no_snapshots: NoSnapshots = False,
    pull: Pull = None,
    engine: Engine = None,
    events: Events = None,
    verbose: Verbose = False,
    timeline: InTime = False,
) -> int:
    """Start everything, run CMD in it, remove everything.

    CMD runs in the present folder with all addresses in its environment (LEDGER_URL, LEDGER_PORT
    and so on). Without CMD, the manifest's own tests.command runs, in the manifest's folder.

    Whatever happens, everything is removed, also when this program is killed: a watchdog sees to
    that. The exit code is CMD's own if that is not 0; else 75
    when a service has died meanwhile, and 74 when something could not be removed. When CMD did not
    run: 75 if something did not become ready, 127 if there is no such command, 130 after Ctrl-C.

    For example:

    greenroom run -- pytest -q -k payment
    """
    from orchestrator.cli.instead import one_each
    from orchestrator.cli.opening import opened
    from orchestrator.cli.session import session
    from orchestrator.cli.tests import tests_of
    from orchestrator.waiting import Deadline

    with session(events=events, verbose=verbose, timeline=timeline) as listening:
        environment = with_hint(
            lambda: opened(
                manifest,
                profile,
                listening,
                timeout=timeout,
                keep=keep,
                snapshots=not no_snapshots,
                engine=engine,
                pull=pull,
                instead=one_each(with_),
            ),
            manifest,
        )
        tests = tests_of(environment.manifest, command_of(ctx))
        limit = Deadline.after(duration(timeout, "--timeout")) if timeout else Deadline()
        outcome = run_and_remove(environment, tests, listening, limit)
    outcome.tell()
    return outcome.code


def with_hint(make: Callable[[], T], word: str | None) -> T:
    """Do what needs a manifest; whoever wrote a command in its place is told of `--`."""
    try:
        return make()
    except UsageError as error:
        if word and shutil.which(word):
            error.hint = f"if {word} is to be run: greenroom run -- {word}"
        raise


@dataclass
class Outcome:
    """How the tests ended, and what else went wrong, the worst first."""

    tests: int
    failures: list[GreenroomError] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The tests' own exit code, else that of what went wrong first."""
        return self.tests or next((failure.exit_code for failure in self.failures), 0)

    def note(self, deaths: list[InstanceDied]) -> None:
        """Write down what has died while the tests were running: it may explain how they ended."""
        from orchestrator.lifecycle.death import raise_if_dead

        try:
            raise_if_dead(deaths)
        except ServiceDied as death:
            self.failures.append(death)

    def tell(self) -> None:
        """Say what went wrong besides the tests, which have spoken for themselves."""
        from orchestrator.cli.ending import ended_by

        for failure in self.failures:
            ended_by(failure)


def run_and_remove(
    environment: Environment, tests: Tests, listening: Session, limit: Deadline
) -> Outcome:
    """Bring the environment up, run the tests in it, see whether it is still whole, remove it."""
    try:
        environment.up()
        outcome = tested(environment, tests, listening, limit)
    except BaseException as error:
        listening.removed(environment, error)
        raise
    listening.signals.removing = True
    try:
        environment.down(failed=bool(outcome.code))
    except NotRemoved as left:
        outcome.failures.append(left)
    return outcome


def tested(environment: Environment, tests: Tests, listening: Session, limit: Deadline) -> Outcome:
    """Run the tests, and note what dies meanwhile."""
    seconds = None if limit.until == float("inf") else limit.remaining()
    with environment.watch() as deaths:
        try:
            outcome = Outcome(tests.run(environment, listening, seconds))
        except StepFailed as late:
            for died in deaths.deaths():
                late.add_note(died.words)
            raise
    outcome.note(deaths.deaths())
    return outcome

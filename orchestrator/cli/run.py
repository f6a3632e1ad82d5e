"""`greenroom run`: an environment for one command, and for no longer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from orchestrator.cli.arguments import command_of
from orchestrator.cli.options import Events, Manifest, Profiles, Verbose
from orchestrator.errors import GreenroomError, NotRemoved, ServiceDied, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.cli.tests import Tests
    from orchestrator.environment import Environment


def run(
    ctx: typer.Context,
    manifest: Manifest = None,
    profile: Profiles = None,
    events: Events = None,
    verbose: Verbose = False,
) -> int:
    """Start everything, run CMD in it, remove everything.

    CMD runs in the present folder with all addresses in its environment (LEDGER_URL, LEDGER_PORT
    and so on). Without CMD, the manifest's own tests.command runs, in the manifest's folder.

    Whatever happens, everything is removed. The exit code is CMD's own if that is not 0; else 75
    when a service has died meanwhile, and 74 when something could not be removed. When CMD did not
    run: 75 if something did not become ready, 127 if there is no such command, 130 after Ctrl-C.

    For example:

    greenroom run -- pytest -q -k payment
    """
    from orchestrator.cli.opening import opened
    from orchestrator.cli.session import session
    from orchestrator.cli.tests import tests_of

    with session(events=events, verbose=verbose) as listening:
        environment = with_hint(lambda: opened(manifest, profile, listening), manifest)
        tests = tests_of(environment.manifest, command_of(ctx))
        outcome = run_and_remove(environment, tests, listening)
    outcome.tell()
    return outcome.code


def with_hint(make: Callable[[], Environment], word: str | None) -> Environment:
    """Make the environment; whoever wrote a command in the manifest's place is told of `--`."""
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

    def tell(self) -> None:
        """Say what went wrong besides the tests, which have spoken for themselves."""
        from orchestrator.cli.ending import ended_by

        for failure in self.failures:
            ended_by(failure)


def run_and_remove(environment: Environment, tests: Tests, listening: Session) -> Outcome:
    """Bring the environment up, run the tests in it, see whether it is still whole, remove it."""
    try:
        environment.up()
        outcome = Outcome(tests.run(environment, listening))
        note_deaths(environment, outcome)
    except BaseException as error:
        remove_after(error, environment, listening)
        raise
    listening.signals.removing = True
    try:
        environment.down()
    except NotRemoved as left:
        outcome.failures.append(left)
    return outcome


def note_deaths(environment: Environment, outcome: Outcome) -> None:
    """Write down what has died while the tests were running: it may explain how they ended."""
    try:
        environment.check_alive()
    except ServiceDied as death:
        outcome.failures.append(death)


def remove_after(error: BaseException, environment: Environment, listening: Session) -> None:
    """Remove the environment because of an error, on which is noted what stays."""
    listening.signals.removing = True
    try:
        environment.down()
    except GreenroomError as left:
        error.add_note(f"{left.message}\n{left.hint}".rstrip())
    listening.removed_again(environment, error)

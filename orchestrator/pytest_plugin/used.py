"""The environment that a session uses: joined or brought up, watched, and removed at the end."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from orchestrator.pytest_plugin.door import DOOR, TOLD_BY_CONTROLLER, ask
from orchestrator.pytest_plugin.ending import ENDING
from orchestrator.pytest_plugin.options import manifest
from orchestrator.pytest_plugin.report import REPORT, Report
from orchestrator.pytest_plugin.shown import as_ours, cleaner

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.errors import GreenroomError
    from orchestrator.lifecycle.death import DeathWatch

WORKER_RUN = "greenroom_run"


@dataclass
class Used:
    """An environment that this session uses, and what watches over its life meanwhile.

    `deaths` is None in a test worker: its controller watches.
    """

    environment: Environment
    deaths: DeathWatch | None = None

    @classmethod
    def by(cls, environment: Environment) -> Used:
        """Use an environment that is up, and watch."""
        deaths = environment.watch()
        deaths.__enter__()
        return cls(environment, deaths)

    def look(self, report: Report) -> None:
        """Look a last time for who has died."""
        if self.deaths is None:
            return
        from orchestrator.errors import GreenroomError
        from orchestrator.render.words import died

        self.deaths.__exit__(None, None, None)
        known = set(self.deaths.dead)
        with suppress(GreenroomError):
            for event in self.deaths.deaths():
                if event.subject not in known:
                    report.note_death(died(event))

    def close(self, *, failed: bool) -> None:
        """Remove the environment, unless it was only joined, or is to be kept."""
        if self.environment.joined:
            self.environment.__exit__(None, None, None)
        else:
            self.environment.down(failed=failed)


class Owned:
    """What the controller of test workers owns: brought up once, when the first of them asks.

    When that has failed, `error` says why, and nobody tries again.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._environment: Environment | None = None
        self._used: Used | None = None
        self._ended = False
        self.error: GreenroomError | None = None

    def run(self) -> str:
        """Return the run's id.

        Raises GreenroomError when it cannot be brought up, Stopped when the session has ended.
        """
        from orchestrator.errors import GreenroomError
        from orchestrator.waiting import Stopped

        with self._lock:
            if self.error:
                raise self.error
            if self._used is None:
                if self._ended:
                    raise Stopped
                try:
                    self._used = self._opened()
                except Stopped:
                    raise
                except GreenroomError as error:
                    self.error = error
                    raise
                except Exception as error:
                    self.error = as_ours(error, cleaner(self._environment))
                    raise self.error from error
            return self._used.environment.run

    @property
    def environment(self) -> Environment | None:
        """What was brought up, or joined; None before that, and afterwards."""
        used = self._used
        return used.environment if used else None

    def _opened(self) -> Used:
        """Join the run that is meant, or bring one up."""
        from orchestrator.environment import Environment

        if run := meant():
            return Used.by(Environment.attach(run))
        self._environment = prepared(self._config)
        if self._ended:
            # The session's end came while there was nothing yet that it could break off.
            self._environment.stop()
        return Used.by(self._environment.join_or_up())

    def end(self, report: Report, *, failed: bool) -> None:
        """Remove it; a way up that has not come to its end yet is broken off."""
        self._ended = True
        if self._environment is not None and self._used is None:
            self._environment.stop()
        with self._lock:
            used, self._used = self._used, None
        if used:
            with self._config.stash[ENDING].removal():
                used.look(report)
                used.close(failed=failed)


OWNED = pytest.StashKey[Owned]()
USED = pytest.StashKey[Used]()


def use(session: pytest.Session) -> Environment:
    """Return the environment that this process uses until the session's end.

    It lives longer than all fixtures, so that whatever fails in the last test's tear-down can still
    be looked into. Ends the session when there is none.
    """
    config = session.config
    if USED not in config.stash:
        is_worker = WORKER_RUN in worker_input(config) or DOOR in worker_input(config)
        environment = opened(session)
        config.stash[USED] = Used(environment) if is_worker else Used.by(environment)
    return config.stash[USED].environment


def leave(config: pytest.Config, *, failed: bool) -> int:
    """Remove what this process has brought up, at the session's end; leave what it has joined.

    What cannot be removed is told. Returns the exit code that says so, else 0.
    """
    used = config.stash.get(USED, None)
    if used is None:
        return 0
    from orchestrator.errors import GreenroomError

    del config.stash[USED]
    report = config.stash[REPORT]
    try:
        with config.stash[ENDING].removal():
            used.look(report)
            used.close(failed=failed)
    except GreenroomError as error:
        report.lines += in_words(error).splitlines()
        return error.exit_code
    return 0


def worker_input(config: pytest.Config) -> dict[str, str]:
    """Return what a test worker was told by its controller; empty where this is none."""
    found: dict[str, str] = getattr(config, "workerinput", {})
    return found


def opened(session: pytest.Session) -> Environment:
    """Join the run that is meant, or bring one up. Ends the session when that cannot be."""
    # Imported here, because every pytest in whose Python we are installed imports this module.
    from orchestrator.environment import Environment
    from orchestrator.errors import GreenroomError

    config = session.config
    worker, listen = worker_input(config), config.stash[REPORT].remember
    try:
        run = worker.get(WORKER_RUN) or meant()
        if not run and DOOR in worker:
            run = ask(worker[DOOR])
        if run:
            return Environment.attach(run, listen=listen)
        return prepared(config).join_or_up()
    except GreenroomError as error:
        # Not one of the tests could say more, so that the session ends here and says it once.
        if not worker:
            pytest.exit(in_words(error), returncode=error.exit_code)
        told = getattr(error, TOLD_BY_CONTROLLER, False)
        why = "why is told at the end" if told else in_words(error)
    # A worker that exits in the middle of a test has crashed, as its controller sees it.
    session.shouldstop = "there is no environment"
    pytest.fail(f"there is no environment: {why}", pytrace=False)


def in_words(error: GreenroomError) -> str:
    """Return an error with what to do next."""
    return "\n".join([str(error), *(f"next: {hint}" for hint in error.hints)])


def meant() -> str | None:
    """Return the run that whoever started us has named."""
    from orchestrator.model.launch import RUN_VARIABLE

    return os.environ.get(RUN_VARIABLE)


def prepared(config: pytest.Config) -> Environment:
    """Return the environment of the session's manifest, not up yet. Raises GreenroomError."""
    from orchestrator.environment import Environment

    return Environment(
        manifest(config),
        keep=config.getoption("--keep-environment"),
        snapshots=not config.getoption("--no-snapshots"),
        listen=config.stash[REPORT].listen,
    )

"""What the environment did while a test ran, for that test's report: see `artifacts.dossier`.

Nothing here fails a test, or takes long: an engine that does not answer is said not to.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestrator.pytest_plugin import options
from orchestrator.pytest_plugin.kept import KEPT
from orchestrator.pytest_plugin.report import REPORT, quoted
from orchestrator.pytest_plugin.running import Running, uses_environment
from orchestrator.pytest_plugin.shown import cleaner, near
from orchestrator.pytest_plugin.used import meant

if TYPE_CHECKING:
    from orchestrator.artifacts.dossier import Dossier
    from orchestrator.artifacts.looking import Clean, Looker
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.view import View

SHARED = "tests of other workers ran meanwhile: what they share wrote for them, too"


class Dossiers:
    """Makes the dossiers of a session.

    The environment is the one that the session uses, since `ready_at`, or else the run in which
    pytest itself was started, which is joined when a first dossier is wanted.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._when = options.dossiers(config)
        # What a test sets for itself is not for us.
        self._run = self._running = meant()
        self._environment: Environment | None = None
        self._view: View | None = None
        self._looker: Looker | None = None
        self._ready_at = 0.0
        self._ready_sizes: Mapping[str, int] = {}
        self._logs: Path | None = None
        self._joined: Environment | None = None
        self._trouble = ""
        self._clean = cleaner(None)

    # What it is told.

    def use(self, environment: Environment) -> None:
        """The session's environment is there; no test has seen what was before."""
        if self._environment is not environment:
            self.know(environment)
            self._ready_sizes = self._sizes()
            self._ready_at = time.time()

    def know(self, environment: Environment) -> None:
        """An environment is there, and was before the tests that are asked about."""
        if self._environment is not environment:
            self._environment, self._ready_at = environment, 0.0
            self._running, self._logs = environment.run, None
            self._clean = cleaner(environment)
            self._looker = looker(environment, self._clean)

    def see(self, view: View) -> None:
        """All tests of this process see the environment like this."""
        self._view = view

    # What came between a look at the logs and the time of it may be another worker's. So the time
    # is taken last: nothing is ever taken for older than it is, which would hide it from its test.

    def begin(self, running: Running) -> None:
        """A test begins."""
        running.sizes = self._sizes()
        running.began = time.time()

    def end(self, running: Running) -> None:
        """A test is over."""
        running.sizes_then = self._sizes()
        running.ended = time.time()

    def close(self) -> None:
        """Use no longer what was joined."""
        joined, self._joined = self._joined, None
        if joined is not None:
            joined.down()

    # What is asked of it.

    @property
    def has_one(self) -> bool:
        """Whether there is an environment, or has been one."""
        return self._environment is not None or bool(self._run)

    def clean(self, lines: Sequence[str]) -> list[str]:
        """Return lines as they may be shown, or kept."""
        return self._clean(lines)

    def section(
        self, item: pytest.Item, running: Running, report: pytest.TestReport, until: float
    ) -> list[str]:
        """Return a test's dossier in lines for its report, none where it needs none."""
        if not self._wanted(report) or not (self._run or uses_environment(item)):
            return []
        return self.of(item.nodeid, running, until)

    def of(self, nodeid: str, running: Running, until: float) -> list[str]:
        """Return a test's dossier in lines, none where there is no environment.

        Whatever goes wrong is a line of it.
        """
        if self._when == options.NEVER or not self.has_one:
            return []
        try:
            return quoted(self._kept(self._made(nodeid, running, until), running))
        except Exception as error:  # A test's outcome is its own.
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            return self.clean([f"what the environment did could not be found out: {what}"])

    def _wanted(self, report: pytest.TestReport) -> bool:
        if self._when == options.ALWAYS:
            return report.failed or (report.passed and report.when == "call")
        return report.failed

    def _made(self, nodeid: str, running: Running, until: float) -> Dossier:
        from orchestrator.artifacts.dossier import Dossier
        from orchestrator.artifacts.window import Window
        from orchestrator.pytest_plugin.happening import happened

        environment = self._attached() if self._environment is None else self._environment
        ready = running.began < self._ready_at <= until
        window = Window(self._ready_at if ready else running.began, until)
        (test,) = self.clean([nodeid])
        if environment is None:
            return Dossier(test=test, window=window, run=self._run or "", notes=(self._trouble,))
        view = running.slice or self._view or environment.view
        told = list(self._config.stash[REPORT].happened)
        assert self._looker is not None
        sizes = self._ready_sizes if ready else running.sizes
        witnesses = self._looker.look(view, window, sizes)
        return Dossier(
            test=test,
            window=window,
            run=environment.run,
            slice=getattr(view, "name", ""),
            happened=tuple(happened(running, told, self._ready_at, window)),
            witnesses=witnesses,
            notes=(SHARED,) if self._config.stash[KEPT].is_one_of_many else (),
        )

    def _kept(self, dossier: Dossier, running: Running) -> list[str]:
        """Keep a dossier as a whole, and return the short form, with where the whole one is."""
        from orchestrator.artifacts.dossier import short, whole

        kept = self._config.stash[KEPT]
        lines = short(dossier)
        if kept.folder is None:
            return [*lines, *self._where_more_is(dossier)]
        name = dossier.test + (f" (attempt {running.attempt})" if running.attempt > 1 else "")
        text = "\n".join([*whole(dossier), ""])
        running.dossier = kept.dossier(name, text, running.dossier)
        if not running.dossier:
            return [*lines, f"  {kept.trouble}"]
        path = kept.folder.path / running.dossier
        return [*lines, f"  all of it: {near(path, self._config.invocation_params.dir)}"]

    def _where_more_is(self, dossier: Dossier) -> list[str]:
        """Return how to read the logs of the window, where they will still be there."""
        environment = self._environment
        stays = environment is not None and environment.joined and not self._run
        if not stays or self._config.stash[KEPT].is_one_of_many:
            return []
        return [f"  more: {command(dossier)}"]

    def _attached(self) -> Environment | None:
        """Join the run that whoever started us has named, once; None when that cannot be."""
        if self._trouble:
            return None
        from orchestrator.pytest_plugin.attaching import attached, own_slice

        assert self._run is not None
        found = attached(self._run)
        if isinstance(found, str):
            self._trouble = f"{self._run} could not be looked at: {found}"
            return None
        self._joined, self._view = found, own_slice(found)
        self.know(found)
        return found

    def _sizes(self) -> Mapping[str, int]:
        """Return how long the logs of the run's processes are now: a look into one folder."""
        if self._when == options.NEVER:
            return {}
        if self._logs is None:
            if not self._running:
                return {}
            from orchestrator.host.lease import run_folder

            self._logs = run_folder(self._running, os.environ) / "processes"
        try:
            with os.scandir(self._logs) as entries:
                return {one.name: one.stat().st_size for one in entries if one.name[-4:] == ".log"}
        except OSError:
            return {}


DOSSIERS = pytest.StashKey[Dossiers]()


def looker(environment: Environment, clean: Clean) -> Looker:
    """Return what looks at an environment, which knows what is there now."""
    from orchestrator.artifacts.looking import Looker

    made = Looker(clean)
    made.know(environment.view.instances)
    return made


def command(dossier: Dossier) -> str:
    """Return the command that shows the logs of a dossier's window."""
    window = dossier.window
    words = [f"greenroom logs --run {dossier.run}"]
    words += [f"--slice {dossier.slice}"] if dossier.slice else []
    return " ".join([*words, f"--since {window.since} --until {window.until}"])

"""The pytest plugin: one environment for the whole session, shared by all workers.

The fixture `environment` brings up the manifest that `--environment` or the ini key `environment`
names (default: `environment.yaml`, looked for from the current folder upwards) when a test first
asks for it, and removes it after the last one. With GREENROOM_RUN set it joins that run instead,
and otherwise the manifest's own `greenroom up`, if that is as the manifest wants it now; what it
joined, it leaves.

What dies while the tests run is told at once, and the session fails even if every test has passed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.death import DeathWatch
    from orchestrator.model.event import Event

MAIN = threading.main_thread()
WORKER_RUN = "greenroom_run"
OWNED = pytest.StashKey["Used"]()
REPORT = pytest.StashKey["Report"]()
DIED = 75
"""The session's exit code when something died and no test has failed: as of the command line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini key."""
    words = "the manifest of the environment that the tests run in, or a ready-made one's name"
    parser.getgroup("greenroom").addoption("--environment", metavar="MANIFEST", help=words)
    parser.addini("environment", help=words)
    parser.getgroup("greenroom").addoption(
        "--keep-environment",
        metavar="WHEN",
        choices=("never", "failed", "always"),
        default="never",
        help="when to leave the environment as it is, to look inside: never, failed or always",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing to report."""
    config.stash[REPORT] = Report(config)


class Report:
    """What happens to the environment, for the session's user."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.lines: list[str] = []
        self.dead = False

    def listen(self, event: Event) -> None:
        """Take in an event: a death is told at once, and all that matters again at the end."""
        from orchestrator.model.event import InstanceDied, Noticed, RunKept
        from orchestrator.render.words import died, whole

        match event:
            case InstanceDied():
                self.note_death(died(event))
                self._tell_now(died(event)[0])
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
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            reporter.ensure_newline()
            reporter.write_line(f"greenroom: {line}", red=True)


@dataclass
class Used:
    """An environment that this session uses, and what watches over its life meanwhile."""

    environment: Environment
    deaths: DeathWatch

    @classmethod
    def by(cls, config: pytest.Config) -> Used:
        """Join the run that is meant, or bring one up, and watch."""
        environment = opened(config)
        deaths = environment.watch()
        deaths.__enter__()
        return cls(environment, deaths)

    def look(self, report: Report) -> None:
        """Look a last time for who has died."""
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


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist: bring the environment up once, in the controller, and name it to each worker.

    Only when the manifest is named, because only then it is sure that the tests want it: the
    controller itself runs no test and so no fixture.
    """
    config = node.config
    if named(config) is None:
        return
    if OWNED not in config.stash:
        config.stash[OWNED] = Used.by(config)
    node.workerinput[WORKER_RUN] = config.stash[OWNED].environment.run


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove what the controller brought up for its workers, and let a death fail the session."""
    config = session.config
    report = config.stash[REPORT]
    if OWNED in config.stash:
        used = config.stash[OWNED]
        del config.stash[OWNED]
        used.look(report)
        used.close(failed=bool(session.testsfailed))
    if report.dead and session.exitstatus in (pytest.ExitCode.OK, 0):
        session.exitstatus = DIED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what happened to the environment."""
    lines = config.stash[REPORT].lines
    if lines:
        terminalreporter.section("greenroom")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what is left when the session ended on the way."""
    if OWNED in config.stash:
        config.stash[OWNED].close(failed=True)
        del config.stash[OWNED]


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest) -> Iterator[Environment]:
    """The environment that `--environment` names: `environment["ledger"].url`."""
    config = request.config
    if hasattr(config, "workerinput") and WORKER_RUN in config.workerinput:
        # The controller owns it and watches over it.
        with opened(config) as found:
            yield found
        return
    used = Used.by(config)
    try:
        yield used.environment
        used.look(config.stash[REPORT])
    finally:
        used.close(failed=bool(request.session.testsfailed))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let SIGTERM, with which CI systems end jobs, end the session in order, as Ctrl-C does.

    Only where nobody else cares, and not in xdist's workers, whose controller owns the environment.
    """
    if hasattr(session.config, "workerinput") or threading.current_thread() is not MAIN:
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, ended)


def ended(number: int, _frame: object) -> None:
    """End the session; what it has brought up is removed on the way."""
    pytest.exit(f"ended by {signal.Signals(number).name}", returncode=128 + number)


def named(config: pytest.Config) -> str | None:
    """Return the manifest that the command line or the ini file names."""
    option: str | None = config.getoption("--environment")
    return option or config.getini("environment") or None


def opened(config: pytest.Config) -> Environment:
    """Join the run that is meant, or bring one up."""
    # Imported here, because every pytest in whose Python we are installed imports this module.
    from orchestrator.environment import Environment
    from orchestrator.errors import GreenroomError
    from orchestrator.model.launch import RUN_VARIABLE

    worker = getattr(config, "workerinput", {})
    run = worker.get(WORKER_RUN) or os.environ.get(RUN_VARIABLE)
    try:
        if run:
            return Environment.attach(run)
        listen = config.stash[REPORT].listen
        keep = config.getoption("--keep-environment")
        return Environment(manifest(config), keep=keep, listen=listen).join_or_up()
    except GreenroomError as error:
        hint = f"\nnext: {error.hint}" if error.hint else ""
        # Not one of the tests could say more, so that the session ends here and says it once.
        pytest.exit(f"{error}{hint}", returncode=error.exit_code)


def manifest(config: pytest.Config) -> str | None:
    """Return the path of the manifest, or None for the nearest `environment.yaml`.

    A path on the command line starts from where pytest was called, one in the ini file from there.
    """
    option: str | None = config.getoption("--environment")
    if option:
        return option
    ini: str = config.getini("environment")
    if not ini or config.inipath is None:
        return ini or None
    beside = config.inipath.parent / ini
    return str(beside) if beside.exists() else ini

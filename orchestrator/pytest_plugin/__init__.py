"""The pytest plugin: one environment for the whole session, and a slice of it for each test.

The fixture `environment` brings up the manifest that `--environment` or the ini key `environment`
names (default: `environment.yaml`, looked for from the current folder upwards) when a test first
asks for it, and removes it after the last one. With GREENROOM_RUN set it joins that run instead,
and otherwise the manifest's own `greenroom up`, if that is as the manifest wants it now; what it
joined, it leaves. Under pytest-xdist the controller owns it, and all workers share it.

Where something of it has `isolation: test`, the fixture is made for each test, and shows that test
its own slice; `shared_environment` is what all tests share. With `isolation: worker` only, each
worker has one slice.

What dies while the tests run is told at once, and the session fails even if every test has passed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from orchestrator.pytest_plugin import options, slicing
from orchestrator.pytest_plugin.door import DOOR, DOORS, Door
from orchestrator.pytest_plugin.report import REPORT, Report
from orchestrator.pytest_plugin.used import OWNED, WORKER_RUN, Owned, Used, in_words, opened

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.slicing.slices import Slice

MAIN = threading.main_thread()
DIED = 75
"""The session's exit code when something died and no test has failed: as of the command line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the ini key."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing to report."""
    config.stash[REPORT] = Report(config)
    config.addinivalue_line("markers", slicing.MARK)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist: tell each worker where to ask for the environment, or which one it is.

    One that is named is brought up at once, while the workers collect; any other when the first of
    them asks.
    """
    config = node.config
    if OWNED not in config.stash:
        config.stash[OWNED] = Owned(config)
        if hasattr(os, "getuid"):
            config.stash[DOORS] = Door(config.stash[OWNED].run)
    if options.named(config) is not None:
        node.workerinput[WORKER_RUN] = brought_up(config)
    elif DOORS in config.stash:
        node.workerinput[DOOR] = config.stash[DOORS].path


def brought_up(config: pytest.Config) -> str:
    """Return the run of what the controller brings up. Ends the session when that cannot be."""
    from orchestrator.errors import GreenroomError

    try:
        return config.stash[OWNED].run()
    except GreenroomError as error:
        pytest.exit(in_words(error), returncode=error.exit_code)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove what the controller brought up for its workers, and let a death fail the session."""
    config = session.config
    report = config.stash[REPORT]
    owned = config.stash.get(OWNED, None) if DOORS in config.stash else None
    end_owned(config, failed=bool(session.testsfailed))
    # Of one that was named, the session's exit has told already.
    if owned and owned.error and options.named(config) is None:
        report.lines += in_words(owned.error).splitlines()
        session.exitstatus = owned.error.exit_code
    if report.dead and session.exitstatus in (pytest.ExitCode.OK, 0):
        session.exitstatus = DIED


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what is left when the session ended on the way."""
    end_owned(config, failed=True)


def end_owned(config: pytest.Config, *, failed: bool) -> None:
    """Let no worker ask any more, and remove what the controller owns."""
    if DOORS in config.stash:
        config.stash[DOORS].close()
        del config.stash[DOORS]
    if OWNED in config.stash:
        owned = config.stash[OWNED]
        del config.stash[OWNED]
        owned.end(config.stash[REPORT], failed=failed)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what happened to the environment."""
    lines = config.stash[REPORT].lines
    if lines:
        terminalreporter.section("greenroom")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse seeds for a test that has no slice."""
    slicing.check_seed(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in a failing test's report where its slice is."""
    report = yield
    slicing.note(item, report)
    return report


@pytest.fixture(scope="session")
def shared_environment(request: pytest.FixtureRequest) -> Iterator[Environment]:
    """The environment that `--environment` names, as all tests share it."""
    config = request.config
    worker = getattr(config, "workerinput", {})
    if WORKER_RUN in worker or DOOR in worker:
        # The controller owns it and watches over it.
        with opened(request.session) as found:
            yield found
        return
    used = Used.by(opened(request.session))
    try:
        yield used.environment
        used.look(config.stash[REPORT])
    finally:
        used.close(failed=bool(request.session.testsfailed))


@pytest.fixture(scope=slicing.scope)
def environment(
    shared_environment: Environment, request: pytest.FixtureRequest
) -> Iterator[Environment | Slice]:
    """The environment as this test sees it: `environment["ledger"].url`."""
    with slicing.sliced(shared_environment, request) as found:
        yield found


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

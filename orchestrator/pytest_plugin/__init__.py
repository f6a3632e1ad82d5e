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
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from orchestrator.pytest_plugin import beginnings, options, running, slicing
from orchestrator.pytest_plugin.collecting import Collecting
from orchestrator.pytest_plugin.crashes import Crashes
from orchestrator.pytest_plugin.door import DOOR, DOORS, Door
from orchestrator.pytest_plugin.dossiers import DOSSIERS, Dossiers
from orchestrator.pytest_plugin.ending import ENDING, Ending
from orchestrator.pytest_plugin.kept import CRASHES, KEPT, Kept
from orchestrator.pytest_plugin.report import REPORT, Report, quoted
from orchestrator.pytest_plugin.shown import bug
from orchestrator.pytest_plugin.used import OWNED, WORKER_RUN, Owned, in_words, leave, use

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.slicing.slices import Slice

TROUBLE = "greenroom_trouble"
"""The key under which a worker tells its controller what could not be kept."""

DIED = 75
"""The session's exit code when something died and no test has failed: as of the command line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the ini key."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing to report."""
    config.stash[REPORT] = Report(config)
    config.stash[ENDING] = Ending()
    config.stash[KEPT] = Kept(config)
    config.stash[DOSSIERS] = Dossiers(config)
    config.addinivalue_line("markers", slicing.MARK)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Collecting(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist: tell each worker where to ask for the environment, or which one it is.

    One that is named is brought up at once, while the workers collect; any other when the first of
    them asks.
    """
    config = node.config
    if folder := config.stash[KEPT].folder:
        node.workerinput[options.ARTIFACTS] = str(folder.path)
    if OWNED not in config.stash:
        config.stash[OWNED] = Owned(config)
        config.pluginmanager.register(Crashes(config), CRASHES)
        if hasattr(os, "getuid"):
            config.stash[DOORS] = Door(config.stash[OWNED].run)
    config.pluginmanager.get_plugin(CRASHES).expect(node)
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


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Under xdist: tell once what workers have to tell at the end."""
    report = node.config.stash[REPORT]
    told = getattr(node, "workeroutput", None) or {}
    report.lines += [line for line in told.get(TROUBLE, ()) if line not in report.lines]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Remove what was brought up, and let a death fail the session.

    What the controller of test workers owns goes first of all, what a process has brought up for
    its own tests when the last fixture is torn down; both before the session's summary.
    """
    config = session.config
    config.stash[ENDING].under_way = True
    report = config.stash[REPORT]
    owned = config.stash.get(OWNED, None) if DOORS in config.stash else None
    end_owned(config, failed=bool(session.testsfailed))
    # Of one that was named, the session's exit has told already.
    if owned and owned.error and options.named(config) is None:
        report.lines += in_words(owned.error).splitlines()
        session.exitstatus = owned.error.exit_code
    try:
        return (yield)
    finally:
        settle(session, leave(config, failed=bool(session.testsfailed)))


def settle(session: pytest.Session, not_removed: int) -> None:
    """Say what is left to be said, and let the session's exit code tell what went wrong besides."""
    config = session.config
    report, kept = config.stash[REPORT], config.stash[KEPT]
    config.stash[DOSSIERS].close()
    if kept.trouble:
        lines = config.stash[DOSSIERS].clean([kept.trouble])
        report.lines += lines
        getattr(config, "workeroutput", {})[TROUBLE] = lines
    codes = [config.stash[ENDING].code, DIED if report.dead else 0, not_removed]
    if session.exitstatus in (pytest.ExitCode.OK, 0):
        session.exitstatus = next((code for code in codes if code), session.exitstatus)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what is left when the session ended on the way."""
    end_owned(config, failed=True)
    leave(config, failed=True)
    if DOSSIERS in config.stash:
        config.stash[DOSSIERS].close()
        config.stash[ENDING].forget()


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
        from orchestrator.model.printable import printable

        terminalreporter.section("greenroom")
        for line in quoted(map(printable, lines)):
            terminalreporter.write_line(line)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin a test, and refuse seeds for one that has no slice."""
    now = running.begin(item)
    item.config.stash[DOSSIERS].begin(now)
    beginnings.note(item, now)
    item.config.stash[KEPT].begin(item, now, item.config.stash[DOSSIERS].clean)
    slicing.check_seed(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in a failing test's report what its environment did, and where its slice is."""
    report = yield
    try:
        tell(item, call, report)
    except Exception as error:  # What happens in here would end the session.
        report.sections.append(("greenroom", bug(error, item.config.stash[DOSSIERS].clean)))
    return report


def tell(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Add our section to a report; when the test is over, drop its slice and keep its line."""
    now, dossiers = running.of(item), item.config.stash[DOSSIERS]
    now.note(item, call, report)
    if call.when == "teardown":
        dossiers.end(now)
    dossier = dossiers.section(item, now, report, call.stop)
    lines = [*slicing.note(item, report, addresses=not dossier), *dossier]
    if lines:
        report.sections.append(("greenroom", "\n".join(lines)))
    if call.when == "teardown":
        slicing.finish(item)
        item.config.stash[KEPT].tell(item.nodeid, now, dossiers.clean)


@pytest.fixture(scope="session")
def shared_environment(request: pytest.FixtureRequest) -> Environment:
    """The environment that `--environment` names, as all tests share it."""
    environment = use(request.session)
    request.config.stash[DOSSIERS].use(environment)
    return environment


@pytest.fixture(scope=slicing.scope)
def environment(
    shared_environment: Environment, request: pytest.FixtureRequest
) -> Iterator[Environment | Slice]:
    """The environment as this test sees it: `environment["ledger"].url`."""
    request.config.stash[DOSSIERS].use(shared_environment)
    with slicing.sliced(shared_environment, request) as found:
        yield found


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let SIGTERM, with which CI systems end jobs, end the session in order, as Ctrl-C does.

    Only where nobody else cares, and not in xdist's workers, whose controller owns the environment.
    """
    config = session.config
    if hasattr(config, "workerinput"):
        return
    config.stash[ENDING].listen()
    if not config.option.collectonly:
        config.stash[KEPT].clear()

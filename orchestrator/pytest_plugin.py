"""The pytest plugin: one environment for the whole session, shared by all workers.

The fixture `environment` brings up the manifest that `--environment` or the ini key `environment`
names (default: `environment.yaml`, looked for from the current folder upwards) when a test first
asks for it, and removes it after the last one. With GREENROOM_RUN set it joins that run instead,
and otherwise the manifest's own `greenroom up`, if that is up and healthy; what it joined, it
leaves.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from orchestrator.environment import Environment

MAIN = threading.main_thread()
WORKER_RUN = "greenroom_run"
OWNED = pytest.StashKey["Environment"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini key."""
    words = "the manifest of the environment that the tests run in, or a ready-made one's name"
    parser.getgroup("greenroom").addoption("--environment", metavar="MANIFEST", help=words)
    parser.addini("environment", help=words)


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
        config.stash[OWNED] = opened(config)
    node.workerinput[WORKER_RUN] = config.stash[OWNED].run


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the controller brought up for its workers."""
    if OWNED in config.stash:
        close(config.stash[OWNED])
        del config.stash[OWNED]


@pytest.fixture(scope="session")
def environment(pytestconfig: pytest.Config) -> Iterator[Environment]:
    """The environment that `--environment` names: `environment["ledger"].url`."""
    found = opened(pytestconfig)
    try:
        yield found
    finally:
        close(found)


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
        return Environment(manifest(config)).join_or_up()
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


def close(environment: Environment) -> None:
    """Remove the environment, unless it was only joined."""
    environment.__exit__(None, None, None)

"""What is known of a test's own lines while others write into the same logs, or nobody is left.

The environment is real; it is of processes of this machine only, so that no engine is needed.
"""

from __future__ import annotations

import json
import os

import pytest
from watched_project import CONFTEST, dossiers, left, logged, made, run, told

# Imported before any test: pytester forgets the modules that a test was the first to import.
import orchestrator.engines.process
import orchestrator.manifest.loading  # noqa: F401
from orchestrator import Environment
from orchestrator.host.lease import run_folder

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.delenv("GREENROOM_ARTIFACTS", raising=False)


OTHERS = """
import json, time
import pytest
from say import say

def tell(words):
    with open("told", "a") as file:
        file.write(json.dumps([words, time.time()]) + "\\n")
    say(words)

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    tell(f"just before {item.name} is begun")

@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "teardown":
        tell(f"just before {item.name} is over")
    return report
"""

TWO = """
def test_fails():
    assert False

def test_passes():
    pass
"""


def test_no_line_is_taken_for_older_than_it_is(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the line of a test of another worker is missing from the time in which that test ran."""
    session = made(pytester, TWO, conftest=OTHERS)
    with Environment(session.path) as environment:
        for name, value in environment.variables.items():
            monkeypatch.setenv(name, value)
        run(session, "--greenroom-artifacts", "kept").assert_outcomes(passed=1, failed=1)
        [log] = (run_folder(environment.run, os.environ) / "processes").glob("*.log")
        text = log.read_text()
    written = [json.loads(line) for line in (session.path / "told").read_text().splitlines()]
    assert len(written) == 4
    for one in told(session).values():
        for known, moment in zip(one.logs[log.name], (one.began, one.ended), strict=True):
            there = text[:known].splitlines()
            assert [words for words, at in written if words in there and at > moment] == []


CRASH = """
import os, pathlib

def test_crashes(say):
    say("before it crashes")
    pathlib.Path("said").touch()
    os._exit(1)
"""

LATE = """
import os, pathlib, time

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid):
    # The controller may hear of a beginning when the test is over already.
    while "PYTEST_XDIST_WORKER" not in os.environ and not pathlib.Path("said").exists():
        time.sleep(0.01)
"""


@pytest.mark.parametrize("controller", ["", LATE], ids=["soon", "late"])
def test_the_controller_tells_of_a_test_that_crashed(
    controller: str, pytester: pytest.Pytester
) -> None:
    session = made(pytester, CRASH, conftest=CONFTEST + controller)
    words = ("-n", "1", "--max-worker-restart=0", "--environment", "environment.yaml")
    result = run(session, *words, "--greenroom-artifacts", "kept")
    record = told(session)["test_it.py::test_crashes"]
    assert (record.outcome, record.worker) == ("error", "")
    assert "crashed while running" in record.message
    assert record.place == "test_it.py:4"
    assert not list((session.path / "kept").rglob("*.running"))
    assert "before it crashes" in logged(session, record)
    [shown] = dossiers(result.stdout.str())
    assert "TIME  before it crashes\n" in shown
    assert left(session) == []

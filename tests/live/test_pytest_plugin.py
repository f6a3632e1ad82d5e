"""The pytest plugin, in child sessions as a user would start them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Imported before any test: pytester forgets the modules that a test was the first to import, and
# what is imported twice does not recognise itself.
import orchestrator.engines.docker
import orchestrator.engines.process
import orchestrator.manifest.loading
import orchestrator.technologies  # noqa: F401
from orchestrator import Environment
from orchestrator.lifecycle.survey import survey
from orchestrator.waiting import Deadline, poll

pytestmark = pytest.mark.engine
pytest_plugins = ["pytester"]

MANIFEST = """
name: plugin
brokers:
  events: {use: nats}
"""

TESTS = """
import os

def note(environment):
    with open("runs.txt", "a") as file:
        file.write(environment.run + "\\n")

def test_one(environment):
    note(environment)
    assert environment["events"].url.startswith("nats://greenroom:")

def test_two(environment):
    note(environment)
    assert environment.variables["EVENTS_PORT"] == str(environment["events"].port)
"""


@pytest.fixture
def session(pytester: pytest.Pytester, live_environ: dict[str, str]) -> pytest.Pytester:
    """A folder with a manifest and two tests."""
    pytester.makefile(".yaml", environment=MANIFEST)
    pytester.makepyfile(test_it=TESTS)
    return pytester


def runs(session: pytest.Pytester) -> set[str]:
    """The runs in which the tests of a session have been."""
    return {run for path in session.path.rglob("runs.txt") for run in path.read_text().split()}


def left(names: set[str]) -> list[str]:
    """Those of these runs of which something is left."""
    return [run.id for run in survey(os.environ).runs if run.id in names]


def test_one_environment_serves_the_whole_session_and_then_is_gone(
    session: pytest.Pytester,
) -> None:
    session.runpytest_subprocess().assert_outcomes(passed=2)
    assert len(runs(session)) == 1
    assert left(runs(session)) == []


def test_workers_share_one_environment_that_their_controller_owns(
    session: pytest.Pytester,
) -> None:
    result = session.runpytest_subprocess("-n", "2", "--environment", "environment.yaml")
    result.assert_outcomes(passed=2)
    assert len(runs(session)) == 1
    assert left(runs(session)) == []


def test_the_ini_key_names_the_manifest_from_where_the_ini_file_is(
    session: pytest.Pytester,
) -> None:
    (session.path / "environment.yaml").rename(session.path / "other.yaml")
    session.makeini("[pytest]\nenvironment = other.yaml\n")
    below = session.mkdir("below")
    os.chdir(below)
    session.runpytest_subprocess("..").assert_outcomes(passed=2)
    assert left(runs(session)) == []


def test_a_session_joins_the_run_that_it_is_told_and_leaves_it(
    session: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Environment(session.path) as environment:
        monkeypatch.setenv("GREENROOM_RUN", environment.run)
        session.runpytest_subprocess().assert_outcomes(passed=2)
        assert runs(session) == {environment.run}
        assert left(runs(session)) == [environment.run]
    assert left(runs(session)) == []


def test_a_session_joins_what_up_has_made_and_leaves_it(session: pytest.Pytester) -> None:
    environment = Environment(session.path).up(stays=True)
    try:
        session.runpytest_subprocess().assert_outcomes(passed=2)
        assert runs(session) == {environment.run}
        assert left(runs(session)) == [environment.run]
    finally:
        environment.down()


def test_a_session_does_not_join_what_is_not_as_the_manifest_wants_it(
    session: pytest.Pytester,
) -> None:
    environment = Environment(session.path).up(stays=True)
    run = environment.run
    try:
        session.makefile(
            ".yaml", environment=MANIFEST.replace("{use: nats}", "{use: nats, user: me}")
        )
        session.makepyfile(
            test_it="def test_it(environment): assert environment['events'].user == 'me'"
        )
        result = session.runpytest_subprocess()
        result.assert_outcomes(passed=1)
        words = f"{run} is up, but not joined: events: its settings have changed; *"
        result.stdout.fnmatch_lines([words])
        assert left({run}) == [environment.run]
    finally:
        environment.down()
    assert left({run}) == []


DEATH = """
from pathlib import Path
from orchestrator.waiting import Deadline, poll

def test_one(environment):
    Path("runs.txt").write_text(environment.run)
    events = environment["events"]
    events.engine.remove(events.found, Deadline.after(60))
    poll(Path("told").exists, Deadline.after(60))
"""

TOLD = """
from pathlib import Path
from orchestrator.pytest_plugin.report import Report

def tell(self, line, tell=Report._tell_now):
    tell(self, line)
    Path("told").touch()

Report._tell_now = tell
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2", "--environment", "environment.yaml"]])
def test_what_dies_is_told_when_it_happens_and_fails_the_session(
    session: pytest.Pytester, workers: list[str]
) -> None:
    session.makepyfile(test_it=DEATH, conftest=TOLD)
    result = session.runpytest_subprocess(*workers)
    result.assert_outcomes(passed=1)
    assert result.ret == 75
    # It may be looked at while it is being removed.
    result.stdout.re_match_lines([r"greenroom: events DIED: (gone|exited )", r".*= greenroom =.*"])
    assert left(runs(session)) == []


def test_what_failed_is_kept_if_wanted(session: pytest.Pytester) -> None:
    session.makepyfile(test_it=TESTS + "\ndef test_three(environment): assert False\n")
    result = session.runpytest_subprocess("--keep-environment", "failed")
    result.assert_outcomes(passed=2, failed=1)
    [run] = runs(session)
    result.stdout.fnmatch_lines([f"{run} is kept until *; look inside with:"])
    assert left({run}) == [run]
    down = [sys.executable, "-m", "orchestrator", "down", run]
    subprocess.run(down, check=True, capture_output=True, timeout=60)
    assert left({run}) == []


def test_a_session_does_not_join_what_another_session_made_for_itself(
    session: pytest.Pytester,
) -> None:
    with Environment(session.path) as environment:
        session.runpytest_subprocess().assert_outcomes(passed=2)
        assert environment.run not in runs(session)


@pytest.mark.parametrize(
    ("summary", "manifest", "code", "words"),
    [
        (
            "a mistake in the manifest",
            "brokers: {events: {use: natts}}",
            65,
            '*unknown technology "natts"; did you mean "nats"?*',
        ),
        (
            "an environment that does not become ready",
            "services: {api: {command: 'false', ready: {log: never}}}",
            75,
            "*api exited with code 1 before it was ready*",
        ),
    ],
)
def test_what_prevents_the_environment_ends_the_session_at_once(
    session: pytest.Pytester, summary: str, manifest: str, code: int, words: str
) -> None:
    session.makefile(".yaml", environment=manifest)
    result = session.runpytest_subprocess()
    assert result.ret == code, summary
    result.stdout.fnmatch_lines([words])
    assert result.stdout.str().count(words.strip("*")) == 1, "it is said once"


def test_a_session_without_a_manifest_says_how_to_name_one(session: pytest.Pytester) -> None:
    (session.path / "environment.yaml").unlink()
    result = session.runpytest_subprocess()
    assert result.ret == 64
    result.stdout.fnmatch_lines(["*there is no environment.yaml here or above*"])


def test_sigterm_ends_the_session_and_removes_the_environment(session: pytest.Pytester) -> None:
    session.makepyfile(
        test_it="""
        import pathlib, time

        def test_one(environment):
            pathlib.Path("runs.txt").write_text(environment.run)
            pathlib.Path("begun").touch()
            time.sleep(60)
        """
    )
    command = [sys.executable, "-m", "pytest", "-q"]
    child = subprocess.Popen(command, cwd=session.path, stdout=subprocess.PIPE, text=True)
    poll((session.path / "begun").exists, Deadline.after(30))
    child.terminate()
    said, _ = child.communicate(timeout=30)
    assert child.returncode == 143, said
    assert "ended by SIGTERM" in said
    assert left(runs(session)) == []


def test_tests_that_ask_for_no_environment_start_none(session: pytest.Pytester) -> None:
    session.makepyfile(test_it="def test_alone(): pass")
    session.makefile(".yaml", environment="not: [a manifest")
    session.runpytest_subprocess().assert_outcomes(passed=1)

"""What the reports of failing tests say of the environment, in child sessions as users start them.

The environment is real; it is of processes of this machine only, so that no engine is needed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from watched_project import (
    OUTCOMES,
    PLACES,
    SAID,
    STAGES,
    dossiers,
    left,
    logged,
    made,
    outcomes,
    run,
    told,
)

# Imported before any test: pytester forgets the modules that a test was the first to import.
import orchestrator.engines.process
import orchestrator.manifest.loading  # noqa: F401
from orchestrator import Environment
from orchestrator.artifacts.folder import Folder
from orchestrator.waiting import Deadline, poll

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.delenv("GREENROOM_ARTIFACTS", raising=False)


FAILS = f"""\
RUN while this test ran (N s, TIME to TIME UTC):
  api  http://HOST:PORT
    TIME  of a test that fails
  all of it: {Folder(Path("kept")).dossier("test_it.py::test_fails")}
"""


def test_each_failing_test_shows_what_was_written_while_it_ran(pytester: pytest.Pytester) -> None:
    session = made(pytester, STAGES)
    result = run(session, "--doctest-modules", "test_it.py", "--greenroom-artifacts", "kept")
    result.assert_outcomes(passed=2, failed=7, errors=2, skipped=1, xfailed=1)
    shown = dossiers(result.stdout.str())
    assert FAILS in shown
    assert len(shown) == len(SAID), "what asks for no environment has none"
    records = told(session)
    assert outcomes(records) == OUTCOMES
    for name, lines in SAID.items():
        assert logged(session, records[f"test_it.py::{name}"]) == lines, name
    assert records["test_it.py::test_passes"].dossier == ""
    assert records["test_it.py::test_fails"].message == "AssertionError: ***"
    places = {name: one.place for name, one in records.items() if one.place}
    assert places == {f"test_it.py::{name}": f"test_it.py:{line}" for name, line in PLACES.items()}
    assert records["test_it.py::test_is_not_torn_down"].message == "RuntimeError: in the tear-down"
    assert all(one.began <= one.ended for one in records.values())
    assert left(session) == []


def test_workers_tell_the_same_and_each_test_once(pytester: pytest.Pytester) -> None:
    session = made(pytester, STAGES)
    words = ("--doctest-modules", "test_it.py", "--greenroom-artifacts", "kept")
    result = run(session, "-n", "2", *words)
    result.assert_outcomes(passed=2, failed=7, errors=2, skipped=1, xfailed=1)
    shown = dossiers(result.stdout.str())
    assert len(shown) == len(SAID)
    assert all("  tests of other workers ran meanwhile: what they share" in one for one in shown)
    files = sorted(path.name for path in (session.path / "kept" / "tests").glob("*.jsonl"))
    assert files == ["gw0.jsonl", "gw1.jsonl"]
    lines = [line for name in files for line in (session.path / "kept/tests" / name).open()]
    assert len(lines) == len(OUTCOMES)
    assert outcomes(told(session)) == OUTCOMES
    assert {one.worker for one in told(session).values()} == {"gw0", "gw1"}
    for name, said in SAID.items():
        assert set(said) <= set(logged(session, told(session)[f"test_it.py::{name}"])), name
    assert left(session) == []


ONE = """
from orchestrator.waiting import Deadline, poll

def test_fails(say, environment):
    say("|".join(["Traceback of an error", *[f"line {n}" for n in range(20)]]))
    say("secret")
    try:
        say("end")
    finally:
        # Its connections are closed a little before it has ended.
        poll(lambda: not environment["api"].state.alive, Deadline.after(60))
"""

SHORT = """\
RUN while this test ran (N s, TIME to TIME UTC):
  TIME  the environment is up; all that was before belongs to no test
  api  http://HOST:PORT  NOT WELL: exited with code 3
    1 of 1 that may tell of errors:
    TIME  Traceback of an error
    the last 5:
    TIME  line 17
    TIME  line 18
    TIME  line 19
    TIME  with ***
    TIME  end
    and 17 more lines
"""


def test_what_is_shown_is_short_and_has_no_secrets(pytester: pytest.Pytester) -> None:
    session = made(pytester, ONE)
    result = run(session)
    assert dossiers(result.stdout.str()) == [SHORT]
    assert "a-very-secret-token" not in result.stdout.str()
    assert "\x1b[31m" not in result.stdout.str()
    assert not list(session.path.rglob("*.jsonl")), "nobody has asked for files"


@pytest.mark.parametrize(
    ("ini", "words", "shown"),
    [
        ("greenroom_dossier = always", ["--greenroom-dossier", "never"], 0),
        ("greenroom_dossier = never", ["--greenroom-dossier", "always", "-rP"], 2),
    ],
)
def test_when_there_are_dossiers_is_chosen(
    ini: str, words: list[str], shown: int, pytester: pytest.Pytester
) -> None:
    tests = "def test_fails(say): assert False\ndef test_passes(say): say('well')\n"
    session = made(pytester, tests)
    session.makeini(f"[pytest]\n{ini}\n")
    result = run(session, *words)
    result.assert_outcomes(passed=1, failed=1)
    assert len(dossiers(result.stdout.str())) == shown


def test_a_word_that_means_nothing_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ngreenroom_dossier = sometimes\n")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: greenroom_dossier is 'sometimes': write one of always, failed, never"]
    )


BY_VARIABLES = """
from say import say

def test_fails():
    say("of a test that knows variables only")
    assert False
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "worker"])
def test_tests_that_only_run_inside_of_it_have_dossiers_too(
    workers: tuple[str, ...], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = made(pytester, "def test_earlier(): say('of an earlier one')\n" + BY_VARIABLES)
    with Environment(session.path) as environment:
        for name, value in environment.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GREENROOM_ARTIFACTS", "kept")
        result = run(session, *workers)
        result.assert_outcomes(passed=1, failed=1)
        assert environment["api"].state.alive, "what was joined is left"
    [shown] = dossiers(result.stdout.str())
    assert "TIME  of a test that knows variables only\n" in shown
    record = told(session)["test_it.py::test_fails"]
    assert logged(session, record) == ["of a test that knows variables only"]


def test_a_run_that_is_not_there_harms_no_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_RUN", "shop-notthere")
    session = made(pytester, "def test_one(): assert False\ndef test_two(): pass\n")
    result = run(session, "--greenroom-artifacts", "kept")
    result.assert_outcomes(passed=1, failed=1)
    [shown] = dossiers(result.stdout.str())
    assert "  RUN could not be looked at: there is no run RUN\n" in shown


def test_a_folder_that_cannot_be_written_to_is_told_and_harms_no_test(
    pytester: pytest.Pytester,
) -> None:
    session = made(pytester, "def test_one(say): assert False\ndef test_two(): pass\n")
    (session.path / "kept").write_text("a file")
    result = run(session, "-n", "1", "--greenroom-artifacts", "kept")
    result.assert_outcomes(passed=1, failed=1)
    trouble = f"cannot keep what is known of the tests in {session.path}/kept: Not a directory"
    assert result.stdout.str().count(trouble) == 2, "in the dossier, and once at the end"


AGAIN = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    # As pytest-rerunfailures and flaky do it.
    from _pytest.runner import runtestprotocol
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in (1, 2, 3):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        again = any(one.failed for one in reports) and attempt < 3
        for one in reports:
            if again and one.failed:
                one.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=one)
        if not again:
            break
        item._initrequest()
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", ("RERUN", {"yellow": True})
"""

FLAKY = """
attempts = []

def test_flaky(say):
    attempts.append(1)
    say(f"attempt {len(attempts)}")
    assert len(attempts) == 3
"""


def test_each_attempt_at_a_test_has_a_dossier_of_its_own(pytester: pytest.Pytester) -> None:
    session = made(pytester, FLAKY, again=AGAIN)
    result = run(session, "-p", "again", "--greenroom-artifacts", "kept")
    result.assert_outcomes(passed=1)
    lines = (session.path / "kept/tests/main.jsonl").read_text().splitlines()
    attempts = [json.loads(line) for line in lines]
    assert [one["outcome"] for one in attempts] == ["failed", "failed", "passed"]
    for number, one in enumerate(attempts[:2], 1):
        text = (session.path / "kept" / one["dossier"]).read_text()
        assert f"Z attempt {number}\n" in text
        assert text.count("Z attempt") == 1


LONG = """
def test_long(environment):
    raise ValueError("x" * 376 + "a-very-secret-token")
"""


def test_of_a_long_message_no_half_of_a_secret_is_kept(pytester: pytest.Pytester) -> None:
    session = made(pytester, LONG)
    run(session, "--greenroom-artifacts", "kept").assert_outcomes(failed=1)
    (record,) = told(session).values()
    assert record.message == "ValueError: " + "x" * 376 + "***"


ASTRAY = """
def test_astray(environment, nowhere): pass
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_what_cannot_be_collected_is_told_of_as_of_a_test(
    workers: tuple[str, ...], pytester: pytest.Pytester
) -> None:
    session = made(
        pytester, ASTRAY, test_import="\nimport nowhere_at_all\n", test_parse="\n\ndef (\n"
    )
    run(session, *workers, "--continue-on-collection-errors", "--greenroom-artifacts", "kept")
    records = told(session)
    assert {name: (one.outcome, one.place) for name, one in records.items()} == {
        "test_import.py": ("error", "test_import.py:2"),
        "test_parse.py": ("error", "test_parse.py:3"),
        "test_it.py::test_astray": ("error", "test_it.py:2"),
    }
    messages = {name: one.message for name, one in records.items()}
    assert messages["test_import.py"] == "ModuleNotFoundError: No module named 'nowhere_at_all'"
    assert messages["test_parse.py"].startswith("SyntaxError: invalid syntax")
    assert messages["test_it.py::test_astray"] == "fixture 'nowhere' not found"


RUNS = """
import json, os, pathlib

def test_runs():
    [note] = pathlib.Path("kept/tests").glob("*.running")
    told = json.loads(note.read_text())
    assert (told["name"], told["outcome"]) == ("test_it.py::test_runs", "running")
    assert told["place"] == "test_it.py:4"
    assert 0 < told["began"] <= told["ended"]
"""


def test_while_a_test_runs_a_file_says_so(pytester: pytest.Pytester) -> None:
    session = made(pytester, RUNS)
    run(session, "--greenroom-artifacts", "kept").assert_outcomes(passed=1)
    assert [file.name for file in (session.path / "kept/tests").iterdir()] == ["main.jsonl"]


def test_an_earlier_session_s_files_are_gone_unless_others_use_the_folder(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = made(pytester, "def test_one(): pass\n")
    tests = session.path / "kept" / "tests"
    tests.mkdir(parents=True)
    for name in ("gw7.jsonl", "old.txt", "main.jsonl", "gw7-12.running"):
        (tests / name).write_text("{}\n")
    words = ("--greenroom-artifacts", "kept")
    run(session, *words)
    assert [path.name for path in tests.iterdir()] == ["main.jsonl"]
    monkeypatch.setenv("GREENROOM_ARTIFACTS", str(session.path / "kept"))
    run(session, *words)
    assert len((tests / "main.jsonl").read_text().splitlines()) == 2


SLEEPS = """
import pathlib, time
import pytest

@pytest.fixture(scope="session", autouse=True)
def torn(shared_environment):
    yield
    pathlib.Path("tearing").touch()
    while not pathlib.Path("signalled").exists():
        time.sleep(0.01)
    pathlib.Path("torn").touch()

def test_sleeps(say):
    pathlib.Path("begun").touch()
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("first", "code", "words"),
    [(signal.SIGTERM, 143, "ended by SIGTERM"), (signal.SIGINT, 2, "KeyboardInterrupt")],
)
def test_a_second_signal_does_not_tear_the_tear_down_apart(
    first: signal.Signals, code: int, words: str, pytester: pytest.Pytester
) -> None:
    session = made(pytester, SLEEPS)
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=session.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    poll((session.path / "begun").exists, Deadline.after(30))
    child.send_signal(first)
    poll((session.path / "tearing").exists, Deadline.after(30))
    for _ in range(2):
        child.terminate()
    (session.path / "signalled").touch()
    said, _ = child.communicate(timeout=30)
    assert (session.path / "torn").exists(), said
    assert (child.returncode, words in said) == (code, True), said
    assert left(session) == []


LATE = """
import os, signal

def pytest_sessionfinish():
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_signal_that_comes_when_it_ends_anyway_changes_the_exit_code_alone(
    pytester: pytest.Pytester,
) -> None:
    session = made(pytester, "def test_one(say): pass\n", late=LATE)
    result = run(session, "-p", "late")
    result.assert_outcomes(passed=1)
    assert result.ret == 143
    assert left(session) == []


INTERRUPTED = """
import os, signal
from orchestrator import Environment

down = Environment.down

def interrupted(self, **how):
    for _ in range(int(os.environ["PRESSED"])):
        os.kill(os.getpid(), signal.SIGINT)
    down(self, **how)

Environment.down = interrupted
"""


@pytest.mark.parametrize(
    ("summary", "pressed", "code", "words"),
    [
        ("the first", 1, 130, "1 passed"),
        ("the second", 2, -signal.SIGINT, "KeyboardInterrupt"),
    ],
)
def test_which_ctrl_c_ends_a_removal(
    summary: str,
    pressed: int,
    code: int,
    words: str,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = made(pytester, "def test_one(say): pass\n", late=INTERRUPTED)
    monkeypatch.setenv("PRESSED", str(pressed))
    result = run(session, "-p", "late")
    assert (result.ret, words in result.stdout.str() + result.stderr.str()) == (code, True), summary
    assert "interrupted; everything is being removed" in result.stderr.str()
    poll(lambda: left(session) == [], Deadline.after(30))

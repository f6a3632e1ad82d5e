"""`ci`: how it ends, what it shows, what it keeps."""

from __future__ import annotations

import itertools
import json
import os
import sys

import pytest
from shop import MANIFEST, Shop

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import Record, Verdict
from orchestrator.cli import job, tests
from orchestrator.errors import EngineError
from orchestrator.model.launch import State

SYSTEMS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "TEAMCITY_VERSION")

ENDINGS = [
    ("it succeeds", ["true"], 0, Verdict.PASSED),
    ("it fails", ["sh", "-c", "exit 3"], 3, Verdict.TESTS_FAILED),
    ("it is killed", ["sh", "-c", "kill -9 $$"], 137, Verdict.TESTS_FAILED),
    ("it does not exist", ["no-such-command"], 127, Verdict.NOT_STARTED),
]


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is in the CI system that runs the tests."""
    for name in SYSTEMS:
        monkeypatch.delenv(name, raising=False)


def record(shop: Shop, folder: str = "greenroom-artifacts") -> Record:
    return Record.from_json(Folder(shop.folder / folder).record.read_bytes())


@pytest.mark.parametrize(
    ("command", "code", "verdict"), [case[1:] for case in ENDINGS], ids=[one[0] for one in ENDINGS]
)
def test_the_exit_code_is_the_commands_own_and_nothing_is_left(
    shop: Shop, command: list[str], code: int, verdict: Verdict
) -> None:
    assert shop.greenroom("ci", "--", *command).code == code
    assert shop.left == 0
    kept = record(shop)
    assert (kept.verdict, kept.exit_code) == (verdict, code)


def test_everything_is_kept_where_it_is_wanted(shop: Shop) -> None:
    ended = shop.greenroom("ci", "--artifacts", "kept/here", "--", "echo", "hello")
    kept = record(shop, "kept/here")
    assert (kept.name, kept.manifest, kept.command) == (
        "shop",
        "environment.yaml",
        ("echo", "hello"),
    )
    assert [phase.name for phase in kept.phases] == ["up", "tests", "collect", "down"]
    folder = Folder(shop.folder / "kept/here")
    names = [json.loads(line)["event"] for line in folder.events.read_text().splitlines()]
    assert names[0] == "RunStarted"
    assert names[-1] == "RunRemoved"
    assert folder.output.read_text().endswith("Z hello\n")
    assert "artifacts: kept/here" in ended.err


def test_a_failure_on_the_way_up_is_75_and_its_place_is_known(shop: Shop) -> None:
    shop.docker.fail("start", "api", EngineError("no"))
    ended = shop.greenroom("ci", "--", "touch", "trace")
    assert (ended.code, shop.left) == (75, 0)
    assert not (shop.folder / "trace").exists()
    kept = record(shop)
    assert kept.verdict is Verdict.ENVIRONMENT_FAILED
    (failure,) = kept.failures
    assert (failure.message, failure.step, failure.subject) == ("no", "start api", "api")
    line = MANIFEST.splitlines().index("  api:") + 1
    assert [str(spot) for spot in failure.spots] == [f"environment.yaml:{line}:3"]
    assert ended.err.rstrip().endswith("start api")


def test_every_mistake_of_the_manifest_is_kept_with_its_place(shop: Shop) -> None:
    shop.write("databases: {ledger: {use: postgress}}\nservices: {api: {imagee: a}}\n")
    ended = shop.greenroom("ci", "--", "true")
    assert ended.code == 65
    assert 'unknown technology "postgress"' in ended.err
    kept = record(shop)
    assert kept.verdict is Verdict.NOT_STARTED
    assert {str(failure.spots[0]) for failure in kept.failures} >= {
        "environment.yaml:1:27",
        "environment.yaml:2:18",
    }


def test_what_died_comes_first_whatever_the_tests_say(shop: Shop) -> None:
    shop.docker.becomes("worker", State("exited", 137), after=0)
    ended = shop.greenroom("ci", "--", "sh", "-c", "exit 3")
    assert ended.code == 3
    assert record(shop).verdict is Verdict.ENVIRONMENT_FAILED
    assert record(shop).failures[0].message.startswith("worker exited with code 137")
    last = ended.err.partition("artifacts: greenroom-artifacts\n")[2].splitlines()
    assert last[0].startswith("environment failed: worker exited with code 137")
    assert last[-1] == "  next         do not trust the tests' result: run them again"
    shop.docker.becomes("worker", State("exited", 137), after=0)
    assert shop.greenroom("ci", "--", "true").code == 75


def test_what_cannot_be_removed_is_74_unless_the_tests_failed(shop: Shop) -> None:
    shop.docker.fail("remove", "api", EngineError("device busy"))
    ended = shop.greenroom("ci", "--", "true")
    assert ended.code == 74
    assert "device busy" in ended.err
    assert record(shop).verdict is Verdict.NOT_REMOVED
    assert shop.greenroom("ci", "--", "false").code == 1


def test_no_password_comes_through_in_any_way(shop: Shop) -> None:
    script = (
        "import os, sys, time\n"
        "password = os.environ['LEDGER_PASSWORD']\n"
        "print(os.environ['LEDGER_URL'], flush=True)\n"
        "for character in password: print(character, end='', flush=True); time.sleep(0.03)\n"
        "print('', password, file=sys.stderr)\n"
        "raise SystemExit(password)\n"
    )
    ended = shop.greenroom("ci", "--", sys.executable, "-c", script)
    assert ended.code == 1
    assert "hunter22" not in ended.out + ended.err
    assert "postgresql://greenroom:***@127.0.0.1" in ended.out
    for file in (shop.folder / "greenroom-artifacts").rglob("*"):
        if file.is_file():
            assert b"hunter22" not in file.read_bytes(), file


def test_the_command_is_told_where_artifacts_are_and_reads_nothing(shop: Shop) -> None:
    script = "import os, sys; print(os.environ['GREENROOM_ARTIFACTS'], repr(sys.stdin.read()))"
    ended = shop.greenroom("ci", "--", sys.executable, "-c", script)
    assert ended.out == f"{shop.folder / 'greenroom-artifacts'} ''\n"


def test_what_the_command_leaves_running_is_not_waited_for(shop: Shop) -> None:
    ended = shop.greenroom("ci", "--", "sh", "-c", "echo begun; sleep 30 & echo $! > pid")
    assert ended.code == 0
    assert ended.out == "begun\n"
    os.kill(int((shop.folder / "pid").read_text()), 15)


def test_artifacts_that_cannot_be_kept_are_told_before_anything_starts(shop: Shop) -> None:
    (shop.folder / "file").write_text("")
    ended = shop.greenroom("ci", "--artifacts", "file", "--", "true")
    assert ended.code == 64
    assert "error: cannot keep artifacts in" in ended.err
    assert not shop.docker.calls


def test_the_command_to_repeat_it_says_what_decided_what_ran(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_ENGINE", "docker")
    shop.greenroom("ci", "--pull", "never", "--timeout", "5m", "--budget", "up=2m", "--", "true")
    folder = Folder(shop.folder / "greenroom-artifacts")
    again = "greenroom run environment.yaml --timeout 5m --pull never --engine docker -- true\n"
    assert f"\n{again}" in folder.summary.read_text()
    assert "<li>--engine docker</li>" in folder.report.read_text()


# Budgets.


def test_tests_over_their_budget_are_ended(shop: Shop) -> None:
    ended = shop.greenroom("ci", "--budget", "tests=200ms", "--", "sleep", "30")
    assert (ended.code, shop.left) == (75, 0)
    over = "error: sleep was not done when the budget of 0.2 s was over (--budget tests)\n"
    assert over in ended.err
    kept = record(shop)
    assert (kept.verdict, kept.exit_code) == (Verdict.OVER_BUDGET, 75)
    folder = Folder(shop.folder / "greenroom-artifacts")
    assert "GREENROOM_CI_OUTCOME=over-budget\n" in folder.variables.read_text()
    assert folder.summary.read_text().startswith("## `shop`: over budget\n")
    assert '<testcase name="run sleep"' in folder.junit.read_text()
    assert "<title>Over budget: shop</title>" in folder.report.read_text()
    (phase,) = (one for one in record(shop).phases if one.name == "tests")
    assert phase.budget == 0.2


def test_a_clock_that_is_set_meanwhile_uses_up_no_budget(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = itertools.count()
    monkeypatch.setattr(job.time, "time", lambda: 86_400.0 * next(days))
    ended = shop.greenroom("ci", "--budget", "up=1m", "--budget", "all=1m", "--", "true")
    assert (ended.code, shop.left) == (0, 0)


def test_a_way_up_over_its_budget_fails_with_what_it_waited_for(shop: Shop) -> None:
    shop.write("services: {slow: {image: a, ready: {log: never}}}")
    ended = shop.greenroom("ci", "--budget", "up=300ms", "--", "true")
    assert (ended.code, shop.left) == (75, 0)
    over = "s, when the budget of 0.3 s was over (--budget up)\n"
    (first,) = (line for line in ended.err.splitlines(keepends=True) if "error:" in line)
    assert first.startswith("error: slow is not ready after 0.")
    assert first.endswith(over)
    assert "next: the timeline of the report shows where the time went" in ended.err
    assert record(shop).verdict is Verdict.ENVIRONMENT_FAILED


def test_removal_over_its_budget_is_told_when_it_is_done(shop: Shop) -> None:
    ended = shop.greenroom("ci", "--budget", "down=1ms", "--", "true")
    assert (ended.code, shop.left) == (75, 0)
    assert "error: removal took" in ended.err
    assert record(shop).verdict is Verdict.OVER_BUDGET


BAD = [
    ("nap=3s", "error: --budget nap=3s: there is no part 'nap'"),
    ("up", "error: --budget up= is no duration"),
    ("up=soon", "error: --budget up=soon is no duration"),
    ("=3s", "error: --budget =3s: there is no part ''"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_a_budget_that_is_none(shop: Shop, text: str, words: str) -> None:
    ended = shop.greenroom("ci", "--budget", text, "--", "true")
    assert ended.code == 64
    assert words in ended.err


def test_a_budget_named_twice(shop: Shop) -> None:
    ended = shop.greenroom("ci", "--timeout", "5m", "--budget", "all=3m", "--", "true")
    assert ended.code == 64
    assert "error: --budget names all twice" in ended.err


def test_a_bug_of_ours_shows_no_password(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise KeyError("hunter22")

    monkeypatch.setattr(tests.Tests, "run", broken)
    ended = shop.greenroom("ci", "--", "true")
    assert (ended.code, shop.left) == (70, 0)
    assert "this is a bug in Greenroom: KeyError: '***'" in ended.err
    assert "hunter22" not in ended.out + ended.err
    folder = Folder(shop.folder / "greenroom-artifacts")
    for path in (folder.record, folder.summary, folder.report, folder.junit):
        assert "hunter22" not in path.read_text()

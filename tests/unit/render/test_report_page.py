"""The report as a text: what is in it for every kind of folder, without a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import artifact_folders as folders
import pytest
from artifact_folders import BEGAN, RUN

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import FailingTest, Failure, Spot, TestCounts, Verdict
from orchestrator.model.event import CommandStarted
from orchestrator.render.report import is_one, write
from orchestrator.render.report.cause import Cause, cause, verdict
from orchestrator.render.report.material import gather
from orchestrator.render.report.page import PARTS, SCRIPTS

KINDS = ("tests_failed", "passed", "seed_broken", "killed", "not_started", "hostile")


def page_of(folder: Folder) -> str:
    return write(folder).read_text(encoding="utf-8")


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def cause_of(folder: Folder) -> Cause:
    found = cause(gather(folder))
    assert found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_allows_just_what_is_there(kind: str, tmp_path: Path) -> None:
    page = page_of(getattr(folders, kind)(tmp_path))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy
    for tag, rule in ((r"<style>", "style-src"), (r'<script type="module">', "script-src")):
        (text,) = re.findall(f"{tag}(.*?)</", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"


@pytest.mark.parametrize("kind", KINDS)
def test_texts_of_others_make_no_markup(kind: str, tmp_path: Path) -> None:
    page = page_of(getattr(folders, kind)(tmp_path))
    assert len(re.findall(r"<script\b", page)) == 2
    assert not re.search(r"<img|onerror=alert\(2\)>|<!-- ", page)
    assert not re.search(r"https?://(?!www\.w3\.org)", page.partition('id="data"')[0])
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page.replace("\\u001b", "")
    )


def test_no_part_of_the_script_makes_markup_of_a_text() -> None:
    script = "\n".join((PARTS / name).read_text("utf-8") for name in SCRIPTS)
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch("):
        assert word not in script
    assert sorted(SCRIPTS) == sorted(path.name for path in PARTS.glob("*.js"))


def test_the_data_of_a_run(tmp_path: Path) -> None:
    data = data_of(page_of(folders.tests_failed(tmp_path)))
    assert (data["name"], data["origin"], data["ready"]) == ("payments", BEGAN - 0.4, True)
    names = [phase["name"] for phase in data["phases"]]
    assert names == ["planning", "up", "tests", "collect", "down"]
    (up,) = (phase for phase in data["phases"] if phase["name"] == "up")
    assert (up["from"], up["to"], up["budget"]) == (400, 10_000, 60)
    steps = [data["spans"][leg["span"]]["step"] for leg in data["path"]]
    assert steps[-2:] == ["snapshot ledger", "store ledger"]
    (api,) = (one for one in data["spans"] if one["step"] == "start ledger-api")
    before = {data["spans"][number]["step"] for number in api["after"]}
    assert before == {"open docker", "build ledger-api", "snapshot ledger", "ready events"}
    assert len(data["tests"]) == 40
    logs = [log["name"] for log in data["logs"]]
    assert logs == [*folders.PAYMENTS, "output.log"]


def test_the_cause_of_failing_tests(tmp_path: Path) -> None:
    found = cause_of(folders.tests_failed(tmp_path))
    assert found.title == "3 of 40 tests failed"
    assert [one.record.name for one in found.tests][:1] == ["tests/test_limit.py::test_limit_11"]
    assert found.more == 0


def test_the_cause_of_a_failing_step(tmp_path: Path) -> None:
    found = cause_of(folders.seed_broken(tmp_path))
    assert found == Cause(
        title='accounts.sql:17: syntax error at or near "INSRT"',
        facts=(
            ("where", "accounts.sql:17, environment.yaml:6:12"),
            ("next", "mend the seed, and try it with: greenroom check --seeds"),
        ),
        log=folders.LOG_OF_SEED,
        window=("ledger", BEGAN + 0.1, BEGAN + 4.4),
    )


def test_without_a_record_it_is_found_in_the_events(tmp_path: Path) -> None:
    folder = folders.seed_broken(tmp_path)
    folder.record.unlink()
    material = gather(folder)
    found = cause(material)
    assert found
    assert verdict(material) is Verdict.ENVIRONMENT_FAILED
    assert found.title == 'accounts.sql:17: syntax error at or near "INSRT"'
    assert found.facts == (("where", "accounts.sql:17"),)
    assert found.log == folders.LOG_OF_SEED


def test_a_death_comes_before_the_tests_that_it_broke(tmp_path: Path) -> None:
    story = folders.payments()
    story.ready(9.6)
    story.command(9.7, 20, 1)
    for number in range(20):
        story.test(f"test_{number}", 10, 11, "failed", message="no answer")
    failure = Failure(
        message="ledger exited with code 137, while the tests were running",
        subject="ledger",
        state="exited with code 137",
        hint="do not trust the tests' result: run them again",
        log=("a", "b", "c", "d"),
        spots=(Spot(file="environment.yaml", line=4, column=3),),
    )
    record = folders.record(Verdict.ENVIRONMENT_FAILED, 1, 21, failures=(failure,))
    found = cause_of(story.write(tmp_path, record))
    assert found.title == failure.message
    assert found.log == ("b", "c", "d")
    lines = 1 + len(found.facts) + len(found.log) + 2 * len(found.tests) + bool(found.more)
    assert lines < 10
    assert len(found.tests) + found.more == 20


def test_what_was_under_way_at_the_end_of_a_killed_run(tmp_path: Path) -> None:
    found = cause_of(folders.killed(tmp_path))
    assert found.title == "ledger: waiting until it is ready, for 4.5 s, when it ended"
    assert found.facts == (("last answer", "FATAL: the database system is starting up"),)


def test_what_is_killed_while_tests_run_says_so(tmp_path: Path) -> None:
    story = folders.payments()
    story.ready(9.6)
    story.events.append(CommandStarted(at=BEGAN + 10, command=("pytest", "-k", "a b")))
    found = cause_of(story.write(tmp_path, None))
    assert found.title == "Nothing more was told while this was running"
    assert found.facts == (("command", "pytest -k 'a b'"),)


def test_a_passing_run_has_none(tmp_path: Path) -> None:
    folder = folders.passed(tmp_path)
    assert cause(gather(folder)) is None
    assert "The only test passed" in page_of(folder)


def test_tests_of_other_runners_are_shown_without_their_times(tmp_path: Path) -> None:
    folder = folders.passed(tmp_path)
    for file in folder.tests.glob("*.jsonl"):
        file.unlink()
    folder.junit.write_text(
        '<testsuites><testsuite name="greenroom.payments"><testcase name="a"/></testsuite>'
        '<testsuite name="go"><testcase classname="shop" name="TestPay" time="0.25">'
        '<failure message="want 1&#10;got 2">pay_test.go:17: want 1</failure></testcase>'
        '<testcase classname="shop" name="TestList" time="1"/></testsuite></testsuites>',
        encoding="utf-8",
    )
    data = data_of(page_of(folder))
    found = [(one["name"], one["outcome"], one["taken"], one["from"]) for one in data["tests"]]
    assert found == [("shop.TestPay", "failed", 250, None), ("shop.TestList", "passed", 1000, None)]
    assert data["tests"][0]["spot"] == "pay_test.go:17"


def test_the_record_says_where_a_test_failed(tmp_path: Path) -> None:
    story = folders.payments()
    story.ready(9.6)
    story.command(9.7, 12, 1)
    story.test("tests/test_a.py::test_a", 10, 11, "failed", message="no")
    spot = Spot(file="tests/test_a.py", line=41)
    failing = FailingTest(name="tests/test_a.py::test_a", message="no", spot=spot)
    counts = TestCounts(failed=1, failing=(failing,))
    record = folders.record(Verdict.TESTS_FAILED, 1, 13, tests=counts)
    assert "tests/test_a.py:41: no" in page_of(story.write(tmp_path, record))


@pytest.mark.parametrize("kind", ["tests_failed", "hostile"])
def test_every_file_can_be_half_or_missing(kind: str, tmp_path: Path) -> None:
    folder = getattr(folders, kind)(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    whole = {path: path.read_bytes() for path in files}
    for path in files:
        path.write_bytes(whole[path][: len(whole[path]) // 2])
        page_of(folder)
        path.write_bytes(b"\x00\xff{]")
        page_of(folder)
        path.unlink()
        page_of(folder)
        path.write_bytes(whole[path])


def test_halves_of_characters_do_not_keep_it_from_being_written(tmp_path: Path) -> None:
    folder = folders.passed(tmp_path)
    text = folder.record.read_text("utf-8").replace('"payments"', '"pay\\ud800ments"')
    folder.record.write_text(text, encoding="utf-8")
    story = folders.payments()
    story.test("half \ud800", 1, 2, slice="\udfff")
    with (folder.tests / "half.jsonl").open("w", encoding="utf-8", errors="surrogatepass") as file:
        file.writelines(f"{json.dumps(json.loads(one.to_json()))}\n" for one in story.tests)
    page_of(folder)


def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("do not show this\n", encoding="utf-8")
    folder = folders.passed(tmp_path / "artifacts")
    folder.log("ledger").unlink()
    folder.log("ledger").symlink_to(tmp_path / "secret")
    assert "do not show this" not in page_of(folder)


def test_what_is_a_folder_of_artifacts(tmp_path: Path) -> None:
    assert not is_one(Folder(tmp_path))
    assert not is_one(Folder(tmp_path / "none"))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").touch()
    assert is_one(Folder(tmp_path))
    assert RUN not in page_of(Folder(tmp_path))

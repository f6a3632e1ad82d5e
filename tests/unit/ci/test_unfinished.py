"""Tests that had not ended when their command did: which they are stands where one looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_project import made
from whole_command import run

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import Failure
from orchestrator.artifacts.tests import TestRecord
from orchestrator.ci.result import Result
from orchestrator.ci.unfinished import in_lines, in_words, interruption, settle, spot_of
from orchestrator.errors import Evidence
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.model.event import StepStopped
from orchestrator.model.spot import Spot
from orchestrator.technologies import BUILT_IN


def running(folder: Folder, name: str, worker: str, began: float = 5.0) -> TestRecord:
    record = TestRecord(
        name=name, outcome="running", began=began, ended=began, worker=worker, place="t/a.py:3"
    )
    folder.tests.mkdir(parents=True, exist_ok=True)
    folder.running_test(worker or "main", 12).write_text(record.to_json())
    return record


@pytest.mark.parametrize(
    ("code", "outcome"), [(None, "skipped"), (139, "failed")], ids=["told to end", "crashed"]
)
def test_what_has_not_ended_is_told_of_like_all_others(
    code: int | None, outcome: str, tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    running(folder, "second", "gw1", 6.0)
    running(folder, "first", "")
    folder.running_test("gw9", 12).write_text('{"name": "half')
    unfinished = settle(folder, code)
    assert [one.name for one in unfinished] == ["first", "second"]
    assert list(tests.read(folder)) == list(unfinished)
    assert {one.outcome for one in unfinished} == {outcome}
    assert all(one.ended > one.began for one in unfinished)
    left = sorted(file.name for file in folder.tests.iterdir())
    assert left == ["gw1.jsonl", "main.jsonl"]
    assert settle(folder, code) == ()


def test_of_many_some_are_named() -> None:
    each = [
        TestRecord(name=f"t{number}", outcome="skipped", began=1, ended=3) for number in range(5)
    ]
    assert in_words(each[:1]) == "was running: t0 for 2.0 s"
    assert in_words(each) == "was running: t0 for 2.0 s, t1 for 2.0 s, t2 for 2.0 s, 2 more"
    assert in_words(()) == ""


def test_where_the_first_one_stands(tmp_path: Path) -> None:
    one = running(Folder(tmp_path), "a", "")
    assert spot_of([one], Path("/here")) == Spot(file="/here/t/a.py", line=3)
    assert spot_of([TestRecord(name="a", outcome="skipped", began=1, ended=3)], Path()) is None


HANGS = """\
echo '{"name": "spec/a.js: it pays", "outcome": "running", "began": 1.0, "ended": 1.0,
  "place": "spec/a.js:7"}' > "$GREENROOM_ARTIFACTS/tests/1.running"
kill -%s $PPID
exec sleep 60
"""


def test_the_test_that_was_running_is_pointed_at_when_the_time_is_over(tmp_path: Path) -> None:
    project = made(tmp_path)
    project.let_time_be_over(project.path / "greenroom-artifacts/tests/1.running", '"place"')
    ended = run(project, "github", "--budget", "tests=1s", "--", "sh", "-c", HANGS % 0)
    assert ended.code == 75
    assert (
        "::error file=spec/a.js,line=7,title=shop%3A over budget::sh was not done" in ended.output
    )
    last = ended.output.splitlines()[-5:]
    assert last[1] == "  at           spec/a.js:7"
    assert last[3].startswith("  state        was running: spec/a.js: it pays for ")


def test_the_test_that_was_running_is_named_when_a_job_is_cancelled(tmp_path: Path) -> None:
    ended = run(made(tmp_path), "gitlab", "--", "sh", "-c", HANGS % "TERM")
    assert ended.code == 143
    *_, first, at, state = ended.output.splitlines()
    assert (first, at) == ("interrupted", "  at           spec/a.js:7")
    assert state.startswith("  state        was running: spec/a.js: it pays for ")
    assert state in ended.file("greenroom-artifacts/summary.md")


def test_what_was_under_way_when_a_job_is_cancelled_on_the_way_up(tmp_path: Path) -> None:
    events = [
        StepStopped(at=9, step=step, subject=subject, evidence=Evidence(seconds=taken))
        for step, subject, taken in (("ready api", "api", 1.5), ("pull a:1", "a:1", 8.0))
    ]
    manifest = load(
        b"services:\n  api: {image: a:1}\n",
        path="environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    result = Result("", Folder(tmp_path), events)
    failure = interruption(Failure(message="interrupted"), result, manifest, {"a:1": "api"})
    told = "was under way: a:1 pulling for 8.0 s, api waiting until it is ready for 1.5 s"
    assert list(in_lines(failure)) == [
        "interrupted",
        "  at           environment.yaml:2:9",
        f"  state        {told}",
    ]
    nothing = interruption(Failure(message="interrupted"), Result("", result.folder, []), None, {})
    assert list(in_lines(nothing)) == []

"""What docs/ci.md says of CI systems is what they are told."""

from __future__ import annotations

import re
from pathlib import Path

from doc_blocks import FOLDER

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import Record, Verdict
from orchestrator.ci.outcome_env import BYTES, outcome_env
from orchestrator.ci.tongues import azure, buildkite, github
from orchestrator.ci.tongues.outputs import outcome, outputs
from orchestrator.model.secret import LONG

TEXT = (FOLDER / "ci.md").read_text()
RECORD = Record(
    name="a", manifest="b", verdict=Verdict.PASSED, exit_code=0, began=1.0, ended=2.0, run="a-b"
)
GIVEN = outputs(RECORD, Folder(Path("/a")))


def section(name: str) -> str:
    return TEXT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_the_outputs_are_those_that_are_set() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", section("GitHub Actions"), re.MULTILINE)
    assert {name for name, _ in rows} == set(GIVEN)
    assert set(re.findall(r"`([a-z-]+)`", dict(rows)["outcome"])) == {*map(outcome, Verdict)}


def test_the_variables_are_those_in_the_file() -> None:
    said = set(re.findall(r"`(GREENROOM_CI_\w+)`", section("GitLab")))
    set_ = {line.partition("=")[0] for line in outcome_env(RECORD, Folder(Path("/a")), "/").split()}
    assert said
    assert said <= set_
    assert len(set_) < 20
    assert BYTES == 5000


def test_azures_variables_are_the_outputs() -> None:
    said = set(re.findall(r"`(outcome|[a-z]+[A-Z]\w+)`", section("Azure Pipelines and TeamCity")))
    assert said == {"outcome", "exitCode"}
    assert said <= {azure.camel(name) for name in GIVEN}


def test_the_limits_are_those_that_hold() -> None:
    assert github.ANNOTATIONS == azure.ISSUES == 10
    assert github.SUMMARY_BYTES == buildkite.ANNOTATION_BYTES == 1024 * 1024
    assert LONG == 8

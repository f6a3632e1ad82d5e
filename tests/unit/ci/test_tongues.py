"""What each tongue takes care of: whose commands are obeyed, what is hidden, which limits hold."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from ci_records import FOLDER, HERE, MISTAKES, SECRETS, SEED_FAILED, TESTS_FAILED
from github_runner import Runner, pairs
from whole_output import VARIABLES, performed, told, tongue

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import FailingTest, Failure, TestCounts
from orchestrator.ci.tongues import Append, Call, Say, tongue_of
from orchestrator.ci.tongues.hiding import hidden_lines
from orchestrator.model.spot import Spot

SYSTEMS = [name for name in VARIABLES if name]

FOREIGN = {
    "github": r"(?m)^\s*::|##\[",
    "gitlab": "\r",
    "buildkite": r"(?m)^(\x1b\[[0-9;]*m)*(---|\+\+\+|~~~|\^\^\^)",
    "azure": r"##vso|##\[",
    "teamcity": r"##teamcity\[",
}
"""What a line may not hold that is to be no command."""


@pytest.mark.parametrize("system", VARIABLES)
def test_each_system_is_known_by_its_variables(system: str) -> None:
    assert tongue(system).name == system


@pytest.mark.parametrize("environ", [{"GITHUB_ACTIONS": "false"}, {"TEAMCITY_VERSION": ""}])
def test_a_variable_that_says_no_is_no_system(environ: Mapping[str, str]) -> None:
    assert tongue_of(environ, HERE).name == ""


@pytest.mark.parametrize("system", SYSTEMS)
def test_commands_are_written_to_stdout_where_all_systems_read_them(system: str) -> None:
    assert tongue(system).stream == "stdout"


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_line_of_others_is_a_command(system: str) -> None:
    known = [
        "::error::x",
        "  ::set-env name=PATH::x",
        "\u00a0::error::x",
        "a ##[error]x",
        "###[error]x",
        "x ##vso[task.setvariable variable=a]b",
        "##teamcity[buildStop]",
        "--- a",
        "+++ a",
        "^^^ +++",
        "\x1b[31m--- a",
        "a\r::error::x",
        "\x1b[0Ksection_start:1:a\r\x1b[0Ka",
    ]
    dice = random.Random(7)
    pieces = ["#", "##", "[", "::", ":", "vso[", "teamcity[", "error", " ", "\r", "---", "x"]
    made = ["".join(dice.choices(pieces, k=dice.randint(1, 9))) for _ in range(2000)]
    for line in [*known, *made]:
        quoted = tongue(system).quoted(line)
        assert not re.search(FOREIGN[system], quoted), repr(line)
        assert re.sub(r"[\s]", "", quoted) == re.sub(r"[\s]", "", line)


@pytest.mark.parametrize("system", VARIABLES)
def test_an_innocent_line_stays_as_it_is(system: str) -> None:
    line = "  1.20s  ledger  ready (0.80 s): a::b, C#[x] -- #1 + ~"
    assert tongue(system).quoted(line) == line


@pytest.mark.parametrize("system", VARIABLES)
def test_closing_what_is_not_open_says_nothing(system: str) -> None:
    assert tongue(system).close(1.0) == []


def test_only_what_makes_no_holes_is_hidden() -> None:
    assert (
        hidden_lines([*SECRETS, "s3cr3t-passw0rd", "  s3cr3t-padded  "])
        == [
            "s3cr3t-passw0rd",
            "-----BEGIN KEY-----",
            "-----END KEY-----",
            "100%:sure,ok",
            "s3cr3t-padded",
        ]
        or "MIIEvQIBADANBg"
    )  # letters alone


def test_github_shows_no_secret_and_obeys_nobody_else() -> None:
    runner = Runner()
    runner.read(told("github", SEED_FAILED))
    shown = "\n".join([*runner.log, *(issue.data for issue in runner.issues)])
    assert "s3cr3t" not in shown
    assert "TOKEN" not in shown
    assert runner.masks[1:4] == ["s3cr3t-passw0rd"] * 2 + ["-----BEGIN KEY-----"]
    assert [issue.properties["file"] for issue in runner.issues] == [
        "backend/schema.sql",
        "backend/environment.yaml",
    ]
    assert runner.depth == 0


def test_github_obeys_nothing_in_a_group_even_what_is_not_quoted() -> None:
    speaking, runner = tongue("github"), Runner()
    runner.read("\n".join(speaking.open("Starting", 1.0)))
    runner.read("::error::not ours\n##[error]nor this\n::add-mask::Starting")
    runner.read("\n".join(speaking.close(2.0)))
    assert runner.issues == []
    assert runner.obeyed == ["group", "stop-commands", "TOKEN1", "endgroup"]


def test_github_obeys_the_tests_command() -> None:
    speaking, runner = tongue("github"), Runner()
    runner.read("\n".join([*speaking.open("Running pytest", 1.0, tests=True), "::error::mine"]))
    assert [issue.data for issue in runner.issues] == ["mine"]


def test_github_is_told_of_ten_and_how_many_more_there_are() -> None:
    runner = Runner()
    runner.read("\n".join(performed(tongue("github").tell(MISTAKES, FOLDER, ""))))
    assert len(runner.issues) == 10
    assert runner.dropped == 0
    assert "and 2 more, in the summary of the job" in runner.log


def test_github_counts_the_tests_that_nobody_has_named() -> None:
    failing = tuple(FailingTest(name=f"test_{number}") for number in range(50))
    tests = TestCounts(failed=190, errors=10, failing=failing)
    record = dataclasses.replace(TESTS_FAILED, tests=tests)
    (said, *_) = tongue("github").tell(record, FOLDER, "")
    assert isinstance(said, Say)
    assert said.lines[-1] == "and 190 more, in the summary of the job"


def test_a_step_with_several_runs_points_at_ten_things_in_all() -> None:
    runner, speaking = Runner(), tongue("github")
    for _ in range(2):
        runner.read("\n".join(performed(speaking.tell(MISTAKES, FOLDER, ""))))
    assert (len(runner.issues), runner.dropped) == (10, 0)


def test_the_environments_failures_come_before_the_tests() -> None:
    many = tuple(FailingTest(name=f"test_{number}") for number in range(30))
    record = dataclasses.replace(SEED_FAILED, tests=TestCounts(failed=30, failing=many))
    runner = Runner()
    runner.read("\n".join(performed(tongue("github").tell(record, FOLDER, ""))))
    titles = [issue.properties["title"] for issue in runner.issues]
    assert titles == ["ledger: seeding schema.sql"] * 2 + [f"test_{n}" for n in range(8)]


def test_github_gets_every_text_as_it_was() -> None:
    nasty = "100% of %0A\r\na::b, c=d"
    failure = Failure(message=nasty, subject="a:b,c", spots=(Spot(file="a,b:c.yaml", line=1),))
    record = dataclasses.replace(SEED_FAILED, failures=(failure,))
    runner = Runner()
    runner.read("\n".join(performed(tongue("github").tell(record, FOLDER, ""))))
    (issue,) = runner.issues
    assert issue.data == nasty.replace("\r", "")
    assert issue.properties["title"] == "a:b,c: environment failed"
    assert issue.properties["file"] == "backend/a,b:c.yaml"


def test_githubs_outputs_are_read_back_also_those_of_several_lines() -> None:
    folder = Folder(Path("/tmp/a\nb<<c"))
    (output,) = [
        deed
        for deed in tongue("github").tell(TESTS_FAILED, folder, "")
        if isinstance(deed, Append) and deed.path == "/runner/output"
    ]
    found = pairs(f"earlier=1{output.text}")
    assert found["earlier"] == "1"
    assert found["outcome"] == "tests-failed"
    assert found["exit-code"] == "1"
    assert found["artifacts"] == "/tmp/a\nb<<c"
    assert found["junit"].endswith("/junit.xml")


def test_github_without_files_is_told_of_the_errors_alone() -> None:
    speaking = tongue_of({"GITHUB_ACTIONS": "true"}, HERE)
    (only,) = speaking.tell(SEED_FAILED, FOLDER, "x")
    assert isinstance(only, Say)


def test_what_is_outside_of_the_checkout_is_named_in_full() -> None:
    failure = Failure(message="m", spots=(Spot(file="../../other/e.yaml", line=1),))
    record = dataclasses.replace(SEED_FAILED, failures=(failure,))
    runner = Runner()
    runner.read("\n".join(performed(tongue("github").tell(record, FOLDER, ""))))
    assert runner.issues[0].properties["file"] == "/builds/other/e.yaml"


def test_the_summary_stays_below_what_github_shows() -> None:
    (summary, _) = tongue("github").tell(TESTS_FAILED, FOLDER, "a line\n" * 300_000)[1:]
    assert isinstance(summary, Append)
    for size in (0, 1000, 1_000_000, 1_048_575, 2_000_000):
        text = summary.behind(size)
        assert size > 1_048_576 or size + len(text.encode()) <= 1_048_576
        assert not text or "did not fit" in text


def test_gitlab_names_sections_as_it_allows_and_each_only_once() -> None:
    speaking = tongue("gitlab")
    names = []
    for title in ("Running a/b: ü [x]\r\n", "Running a/b: ü [x]\r\n"):
        (line,) = speaking.open(title, 12.9)
        found = re.fullmatch(
            r"\x1b\[0Ksection_start:12:([\w.-]+)\[collapsed=true\]\r\x1b\[0K.+\n?", line, re.ASCII
        )
        assert found
        names.append(found[1])
        assert speaking.close(13.9) == [f"\x1b[0Ksection_end:13:{found[1]}\r\x1b[0K"]
    assert len(set(names)) == 2


def test_gitlab_shows_no_link_to_what_the_job_cannot_keep() -> None:
    assert tongue("gitlab").tell(SEED_FAILED, Folder(Path("/tmp/elsewhere")), "") == []


def test_buildkites_redactor_reads_the_secrets_from_its_input() -> None:
    (deed,) = tongue("buildkite").hide(SECRETS)
    assert isinstance(deed, Call)
    assert not any("s3cr3t" in word for word in deed.argv)
    assert "s3cr3t-passw0rd" in json.loads(deed.stdin).values()


def test_buildkite_without_its_socket_is_not_asked_to_redact() -> None:
    assert tongue_of({"BUILDKITE": "true"}, HERE).hide(SECRETS) == []


def test_buildkites_annotation_and_its_context_stay_within_their_limits() -> None:
    record = dataclasses.replace(SEED_FAILED, name="x" * 200)
    deed = tongue("buildkite").tell(record, FOLDER, "a line\n" * 300_000)[0]
    assert isinstance(deed, Call)
    assert len(deed.stdin.encode()) <= 1_048_576
    assert len(deed.argv[-1]) == 100


def test_azure_points_at_ten_things() -> None:
    lines = [*performed(tongue("azure").tell(MISTAKES, FOLDER, ""))]
    assert sum(line.startswith("##vso[task.logissue ") for line in lines) == 10


def test_teamcity_reads_texts_in_any_encoding() -> None:
    failure = Failure(message="ü 😀 |'[]\n" + "x" * 5000, subject="ledger")
    record = dataclasses.replace(SEED_FAILED, failures=(failure,))
    lines = [*performed(tongue("teamcity").tell(record, FOLDER, ""))]
    (problem,) = [line for line in lines if line.startswith("##teamcity[buildProblem ")]
    assert problem.isascii()
    assert "|0x00fc |0xd83d|0xde00 |||'|[|]|nx" in problem
    assert len(problem) < 4200

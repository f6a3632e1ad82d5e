"""What is shown or kept of others: no secret anywhere, and no line that a system would obey."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pipeline_project import FAILING, TOKEN, made
from whole_command import MANIFEST, run

OWN = re.compile(
    r"^##(vso\[(task\.(logissue|setsecret|setvariable|uploadsummary))|\[(end)?group\]) ?"
)


def test_a_log_in_the_report_of_a_test_is_no_command(tmp_path: Path) -> None:
    project = made(tmp_path)
    project.write("environment.yaml", MANIFEST)
    # While the test runs, the service writes the line of a command.
    project.write(
        "api.py",
        (project.path / "api.py")
        .read_text()
        .replace(
            "self.end_headers()", 'self.end_headers(); print("##vso[task.complete]", flush=True)'
        ),
    )
    project.write(
        "test_api.py",
        f"{(project.path / 'test_api.py').read_text()}{FAILING}".replace(
            "    assert 1 == 2", "    test_it_answers()\n    assert 1 == 2"
        ),
    )
    ended = run(project, "azure", "--", "pytest", "-q")
    assert ended.code == 1
    assert "# #vso[task.complete]" in ended.output
    foreign = [line for line in ended.output.splitlines() if "##vso" in OWN.sub("", line)]
    assert foreign == []


@pytest.mark.parametrize("system", ["github", "azure"])
def test_no_secret_is_kept_of_several_runs(system: str, tmp_path: Path) -> None:
    project = made(tmp_path)
    both = ("--with", "ledger=valkey:8", "--with", "ledger=valkey:9")
    ended = run(project, system, *both, "--", "sh", "-c", "echo $API_URL; exit 1")
    assert "0 of 2 combinations passed" in ended.output
    told = [line for line in ended.output.splitlines() if TOKEN in line]
    hidden = {"github": "::add-mask::", "azure": "##vso[task.setsecret]"}[system]
    assert told == [f"{hidden}{TOKEN}"]
    assert project.artifacts
    assert [one for one in project.artifacts if TOKEN.encode() in one.read_bytes()] == []


def test_what_the_encoding_of_stdout_has_no_characters_for_is_written_all_the_same(
    tmp_path: Path,
) -> None:
    project = made(tmp_path)
    project.write("environment.yaml", "name: t\u00fcr\nengine: process\nservices: {}\n")
    ended = run(project, "gitlab", "--", "true", PYTHONIOENCODING="ascii")
    assert ended.code == 0
    assert "t\\xfcr: run " in ended.output

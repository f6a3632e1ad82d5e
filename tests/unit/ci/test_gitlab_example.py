"""The jobs of examples/ci/gitlab, executed as their YAML says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gitlab_jobs import Ended, run
from pipeline_project import FAILING, TOKEN, Project, made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made(tmp_path)


def integration(project: Project) -> Ended:
    file = project.copy("gitlab/.gitlab-ci.yml", ".gitlab-ci.yml")
    return run(file, "integration", project.path, variables(project))


def variables(project: Project) -> dict[str, str]:
    return {
        "PATH": f"{project.programs}:{os.environ['PATH']}",
        "HOME": str(project.path.parent),
        "XDG_STATE_HOME": str(project.state),
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": str(project.path),
        "CI_JOB_URL": "https://gitlab.example/shop/-/jobs/7",
    }


def test_a_job_that_passes(project: Project) -> None:
    ended = integration(project)
    assert ended.code == 0, ended.log
    assert project.installed == ["pip install greenroom -r requirements.txt"]
    assert ended.sections() == [
        "greenroom_1_starting_the_environment",
        "greenroom_2_running_pytest",
        "greenroom_3_removing_the_environment",
    ]
    assert ended.variables["GREENROOM_CI_OUTCOME"] == "passed"
    assert ended.variables["GREENROOM_CI_ARTIFACTS"] == "greenroom-artifacts"
    assert "greenroom-artifacts/run.json" in ended.kept
    assert 'name="test_it_answers"' in ended.reports["junit"]
    assert not any(TOKEN in text for text in (ended.log, *ended.reports.values()))


def test_of_a_broken_environment_the_next_job_is_told(project: Project) -> None:
    project.break_environment()
    ended = integration(project)
    assert ended.code == 75
    last = ended.lines[-8:]
    assert any(line.startswith("error: api is not ready after 3 s") for line in last), last
    assert not ended.lines[-1].startswith("artifacts")
    file = project.path / ".gitlab-ci.yml"
    blame = run(file, "blame", project.path, variables(project) | ended.variables)
    assert blame.code == 0
    assert blame.lines[0].startswith("No test is to blame; the environment broke within ")


def test_failing_tests_are_named_last(project: Project) -> None:
    project.write("test_api.py", FAILING)
    ended = integration(project)
    assert ended.code == 1
    assert ended.variables["GREENROOM_CI_OUTCOME"] == "tests-failed"
    assert ended.lines[-2:] == [
        "tests failed: 1 failed",
        "  test_api.py::test_it_fails: AssertionError: one is not two",
    ]
    file = project.path / ".gitlab-ci.yml"
    blame = run(file, "blame", project.path, variables(project) | ended.variables)
    assert (blame.code, blame.lines) == (0, [])

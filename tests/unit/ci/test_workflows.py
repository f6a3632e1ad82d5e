"""The workflows of examples/ci, executed step by step as their YAML says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pipeline_project import FAILING, TOKEN, Project, made
from workflows import Done, Job, read, runner_environ


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made(tmp_path)


def job(project: Project, **given: object) -> Job:
    environ = runner_environ(project.path, project.programs, project.state)
    return Job(project.path, environ, **given)  # type: ignore[arg-type]


def run_workflow(project: Project) -> Job:
    running = job(project)
    running.run(
        project.copy("github/workflow.yml", ".github/workflows/integration.yml"), "integration"
    )
    return running


def outcomes(running: Job) -> dict[str, str]:
    return {step.name: step.outcome for step in running.steps}


def test_a_workflow_passes(project: Project) -> None:
    running = run_workflow(project)
    tests = running.named("Integration tests")
    assert list(outcomes(running).values()) == ["success"] * 5 + ["skipped"], tests.log
    assert project.installed == ["pip install greenroom -r requirements.txt"]
    assert tests.outputs["outcome"] == "passed"
    assert tests.outputs["exit-code"] == "0"
    assert tests.summary is not None
    assert tests.summary.startswith("\n## `shop`: passed\n")
    assert tests.runner.issues == []
    assert "1 passed" in tests.log
    assert {"run.json", "events.jsonl", "summary.md", "output.log", "junit.xml"} <= {
        *running.uploads["greenroom-artifacts"]
    }


def test_no_secret_is_shown_and_none_is_kept(project: Project) -> None:
    project.write("test_api.py", f"def test_it_tells():\n    assert '{TOKEN}' == ''\n")
    running = run_workflow(project)
    tests = running.named("Integration tests")
    assert tests.code == 1
    assert TOKEN in running.masks
    assert TOKEN not in tests.log
    assert not any(TOKEN in issue.data for issue in tests.runner.issues)
    assert project.artifacts
    assert [file for file in project.artifacts if TOKEN.encode() in file.read_bytes()] == []


def test_a_broken_environment_is_not_the_tests_fault(project: Project) -> None:
    project.break_environment()
    running = run_workflow(project)
    tests = running.named("Integration tests")
    assert outcomes(running) == {
        "actions/checkout@v4": "success",
        "actions/setup-python@v5": "success",
        "Install": "success",
        "Integration tests": "failure",
        "Keep the artifacts": "success",
        "Blame the environment": "success",
    }
    assert tests.code == 75
    assert tests.outputs["outcome"] == "environment-failed"
    (issue,) = tests.runner.issues
    assert issue.properties == {
        "file": "environment.yaml",
        "line": "11",
        "col": "5",
        "title": "api: waiting until it is ready",
    }
    assert issue.data.startswith("api is not ready after 3 s\n")
    assert "HTTP 404" in issue.data
    # What the service said is shown, and is no error of the runner's.
    assert "a line of the service" in tests.log
    assert "No test is to blame" in running.named("Blame the environment").log


def test_failing_tests_keep_their_exit_code(project: Project) -> None:
    project.write("test_api.py", FAILING)
    running = run_workflow(project)
    tests = running.named("Integration tests")
    assert (tests.code, tests.outputs["outcome"]) == (1, "tests-failed")
    (issue,) = tests.runner.issues
    assert issue.properties == {
        "file": "test_api.py",
        "line": "3",
        "title": "test_api.py::test_it_fails",
    }
    assert issue.data == "AssertionError: one is not two"
    assert tests.summary is not None
    assert "## `shop`: tests failed" in tests.summary
    assert outcomes(running)["Keep the artifacts"] == "success"
    assert outcomes(running)["Blame the environment"] == "skipped"


def test_a_mistake_in_the_manifest_is_shown_at_its_line(project: Project) -> None:
    project.write("environment.yaml", "services:\n  api: {comand: x}\n")
    tests = run_workflow(project).named("Integration tests")
    assert (tests.code, tests.outputs["outcome"]) == (65, "not-started")
    assert tests.runner.issues[0].properties["file"] == "environment.yaml"
    assert tests.runner.issues[0].properties["line"] == "2"
    assert tests.summary is not None
    assert "## `environment.yaml`: not started" in tests.summary
    assert "greenroom check" in tests.summary


def test_a_cancelled_job_leaves_nothing_and_keeps_its_artifacts(project: Project) -> None:
    project.write(
        "test_api.py",
        "import time\n\ndef test_it_hangs(capfd):\n"
        # A dot begins no password: what may be the beginning of one is not shown yet.
        "    with capfd.disabled():\n        print('hanging.', flush=True)\n"
        "    time.sleep(600)\n",
    )
    running = job(project, cancel_at=lambda line: "hanging" in line)
    workflow = project.copy("github/workflow.yml", ".github/workflows/integration.yml")
    running.run(workflow, "integration")
    tests = running.named("Integration tests")
    assert running.cancelled
    assert (tests.code, tests.outputs["outcome"]) == (130, "interrupted"), tests.log
    assert "removed 3 in" in tests.log
    assert "run.json" in running.uploads["greenroom-artifacts"]


ACTION = ".github/actions/greenroom/action.yml"
WITH_ACTION = ".github/workflows/integration.yml"


def test_an_action_hands_its_inputs_on_and_its_outputs_back(project: Project) -> None:
    project.copy("github/action.yml", ACTION)
    workflow = project.copy("github/workflow-with-action.yml", WITH_ACTION)
    running = job(project, matrix={"ledger": "valkey:9"})
    running.run(workflow, "integration")
    action = running.named("Integration tests")
    inner = running.named("Run the command in its environment")
    assert action.outcome == "success", inner.log
    assert action.outputs.keys() == read(project.path / ACTION)["outputs"].keys()
    assert (action.outputs["outcome"], action.outputs["exit-code"]) == ("passed", "0")
    assert project.installed[-1] == "pip install --quiet greenroom"
    assert list(running.uploads) == ["greenroom-0"]
    assert inner.summary is not None
    assert "greenroom run environment.yaml --with ledger=valkey:9 -- pytest -q" in inner.summary
    assert "| the tests |" in inner.summary
    assert "10 min" in inner.summary
    assert running.named("Say how it ended").runner.log[0] == "with valkey:9: passed"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("""sh -c 'test "$1" = "a  b" && exit 3' - "a  b" """, 3),
        ("""sh -c 'exit $(test "$1" = "\\$(touch oops)"; echo 4)' - "$(touch oops)" """, 4),
        ("sh -c 'exit 5'\n", 5),
    ],
)
def test_an_actions_command_is_words_and_no_script(
    project: Project, command: str, code: int
) -> None:
    inner = with_command(project, command)
    assert inner.code == code, inner.log
    assert not (project.path / "oops").exists()
    assert project.installed == ["pip install --quiet greenroom==1.2.3"]


def test_an_actions_command_with_an_open_quote_is_not_run(project: Project) -> None:
    inner = with_command(project, 'touch oops "a')
    assert inner.code
    assert "quote" in inner.log
    assert "Starting the environment" not in inner.log
    assert not (project.path / "oops").exists()


def with_command(project: Project, command: str) -> Done:
    """Run a command with the action, in an environment in which there is nothing."""
    project.write("environment.yaml", "name: empty\nengine: process\nservices: {}\n")
    project.copy("github/action.yml", ACTION)
    workflow = project.write(
        "workflow.yml",
        "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: ./.github/actions/greenroom\n"
        f"        with:\n          version: 1.2.3\n          command: {json.dumps(command)}\n",
    )
    running = job(project)
    running.run(workflow, "one")
    return running.named("Run the command in its environment")

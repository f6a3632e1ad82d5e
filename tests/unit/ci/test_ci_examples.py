"""The files of examples/ci follow the schemas that their systems publish, and are told of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline_project import EXAMPLES

SCHEMAS = {
    "github/workflow.yml": ["github-workflows"],
    "github/workflow-with-action.yml": ["github-workflows"],
    "github/action.yml": ["github-actions"],
    "gitlab/.gitlab-ci.yml": ["gitlab-ci", "--data-transform", "gitlab-ci"],
    "buildkite/pipeline.yml": ["buildkite"],
    "azure/azure-pipelines.yml": [
        *("azure-pipelines", "--data-transform", "azure-pipelines"),
        *("--regex-variant", "nonunicode"),
    ],
}
"""What check-jsonschema, which brings the schemas along, is told of each file."""


def files() -> list[str]:
    found = (path.relative_to(EXAMPLES) for path in EXAMPLES.rglob("*.yml"))
    return sorted(path.as_posix() for path in found)


def test_every_file_has_a_schema() -> None:
    assert files() == sorted(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_follows_its_schema(name: str) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", "--builtin-schema"),
            *(f"vendor.{SCHEMAS[name][0]}", *SCHEMAS[name][1:], str(EXAMPLES / name)),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SCHEMAS)
def test_its_first_line_says_where_it_belongs(name: str) -> None:
    assert re.match(r"# [\w./-]+\.yml\b", (EXAMPLES / name).read_text())


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_readme_tells_of_it(name: str) -> None:
    assert f"({name})" in (EXAMPLES / "README.md").read_text()


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.startswith("github/")])
def test_signals_reach_greenroom(name: str) -> None:
    """A script's last command is either run with `exec`, or is not ours."""
    for line in (EXAMPLES / name).read_text().splitlines():
        if re.search(r"\bgreenroom ci\b", line) and not line.lstrip().startswith(("#", "desc")):
            assert "exec greenroom ci" in line or "words=(greenroom ci" in line


def test_no_input_of_an_action_is_read_as_a_script() -> None:
    text = (EXAMPLES / "github" / "action.yml").read_text()
    scripts = re.findall(r"^\s+run: (.*(?:\n {8,}.*)*)", text, re.MULTILINE)
    assert len(scripts) == 2
    assert not any("${{" in script for script in scripts)


def test_the_folder_is_no_example_of_an_environment() -> None:
    assert not (Path(EXAMPLES) / "environment.yaml").exists()

"""The examples tell the truth: what their READMEs promise is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lifecycle.survey import survey

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def programs_on_the_path(live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def run(folder: Path, *command: str, **env: str) -> tuple[int, str]:
    """Run a command in an example's folder; return its exit code and all that it said."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def nothing_left(said: str) -> bool:
    """Whether the run that a command made is gone; others of the same example may be under way."""
    made = re.search(r": run ([a-z0-9-]+)", said)
    assert made, said
    return made[1] not in [run.id for run in survey(os.environ).runs]


@pytest.mark.parametrize("version", ["1", "2"])
def test_unit_tests_with_mocks_pass_whatever_the_provider_does(version: str) -> None:
    folder = EXAMPLES / "payments"
    code, said = run(folder, "pytest", "-q", "tests/unit", PROVIDER_VERSION=version)
    assert code == 0, said


@pytest.mark.engine
def test_integration_tests_catch_the_provider_s_second_version() -> None:
    folder = EXAMPLES / "payments"
    code, said = run(folder, "greenroom", "run", PROVIDER_VERSION="2")
    assert code == 1, said
    assert "which is not RFC 3339" in said
    assert re.search(r"\b[1-9]\d* failed, [1-9]\d* passed", said), "the rest works all the same"
    assert nothing_left(said)


@pytest.mark.engine
@pytest.mark.parametrize("example", ["payments", "migrations"])
def test_the_example_passes_and_leaves_nothing(example: str) -> None:
    folder = EXAMPLES / example
    code, said = run(folder, "greenroom", "run")
    assert code == 0, said
    assert re.search(r"\b[1-9]\d* passed", said)
    assert nothing_left(said)


@pytest.mark.parametrize("example", ["payments", "migrations"])
def test_the_manifest_in_the_readme_is_the_real_one(example: str) -> None:
    readme = (EXAMPLES / example / "README.md").read_text()
    manifest = (EXAMPLES / example / "environment.yaml").read_text()
    assert manifest.strip() in readme

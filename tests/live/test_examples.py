"""The examples tell the truth: what their READMEs promise is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from orchestrator.lifecycle.survey import survey

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/environment.yaml"))

TOOLS = {"go": "go", "java": "mvn", "jest": "npm"}
"""What an example needs that no virtual environment has."""

MADE = re.compile(r": run ([a-z0-9-]+)")
SCREEN = 75
"""Lines of a README: one screen."""


@dataclass(frozen=True)
class Typed:
    """A command that a README has readers type, and what it promises of it."""

    command: str
    fails: bool
    shown: tuple[str, ...]


def readme(example: str) -> str:
    return (ROOT / "examples" / example / "README.md").read_text()


def typed(example: str) -> Iterator[Typed]:
    """The commands of an example's README, in their order."""
    for block in re.findall(r"```console\n(.*?)```", readme(example), flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *shown = part.strip().splitlines()
            command, _, comment = line.partition("  # ")
            yield Typed(command.strip(), comment.startswith("fails"), tuple(filter(None, shown)))


def without_figures(text: str) -> str:
    """A text in which the days and times of one run are those of every other."""
    return re.sub(r"\d+", "0", text)


def requirements(example: str, install: str) -> Iterator[Requirement]:
    """What a `pip install` of a README installs beside Greenroom."""
    words = [word.strip('"') for word in install.split()[2:]]
    for word in words:
        if word.endswith(".txt"):
            text = (ROOT / "examples" / example / word).read_text()
            yield from map(Requirement, text.splitlines())
        elif not word.startswith(("-", ".")):
            yield Requirement(word)


def need(example: str) -> None:
    """Skip the test unless the example's tool is there; in CI that it is missing is a failure."""
    tool = TOOLS.get(example)
    if tool is None or shutil.which(tool):
        return
    words = f"examples/{example} needs {tool}, which is not installed"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture
def programs_on_the_path(live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.engine
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_command_of_its_readme_does_what_it_says(
    example: str, programs_on_the_path: None
) -> None:
    need(example)
    made = set()
    for each in typed(example):
        if each.command.startswith("pip install"):
            continue  # See below; what would be installed here is what the test stands on.
        done = subprocess.run(
            ["sh", "-c", each.command],
            cwd=ROOT / "examples" / example,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 1) if each.fails else (done.returncode == 0), said
        for line in each.shown:
            assert without_figures(line) in without_figures(said)
        made.update(MADE.findall(said))
    assert made, "greenroom has run"
    assert not made & {run.id for run in survey(os.environ).runs}, "nothing is left"


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_its_readme_installs_is_what_the_tests_stand_on(example: str) -> None:
    for each in typed(example):
        if not each.command.startswith("pip install"):
            continue
        assert " ../.." in each.command, "Greenroom itself"
        for wanted in requirements(example, each.command):
            assert wanted.specifier.contains(version(wanted.name)), wanted


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_manifest_in_its_readme_is_the_real_one(example: str) -> None:
    manifest = (ROOT / "examples" / example / "environment.yaml").read_text()
    assert manifest.strip() in readme(example)


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_readme_takes_one_screen(example: str) -> None:
    assert len(readme(example).splitlines()) <= SCREEN


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_guide_names_it(example: str) -> None:
    assert f"(../examples/{example}/README.md)" in (ROOT / "docs" / "guide.md").read_text()


def test_nothing_that_they_install_or_make_is_kept() -> None:
    made = [
        "java/target/x",
        "jest/node_modules/x",
        "pact/contracts/x.json",
        "pact/.pytest_cache/x",
        "sqlalchemy/migrations/versions/__pycache__/x.pyc",
    ]
    paths = [f"examples/{path}" for path in made]
    done = subprocess.run(
        ["git", "check-ignore", *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == paths


def test_no_lock_file_names_a_registry() -> None:
    lock = (ROOT / "examples" / "jest" / "package-lock.json").read_text()
    assert '"resolved"' not in lock

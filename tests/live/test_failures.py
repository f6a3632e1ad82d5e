"""The broken environments of docs/failures: what is said of them now is what is kept there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.artifacts.record import Record

pytestmark = pytest.mark.engine

FAILURES = Path(__file__).parents[2] / "docs" / "failures"
PAGE = (FAILURES / "README.md").read_text("utf-8")
FEW = 10
"""Lines in which the cause has to be readable."""

CASES = {
    "broken-seed": ["schema.sql:10", 'syntax error at or near "total"', "environment.yaml:5:12"],
    "crashing-service": ["api exited with code 1", "KeyError: 'base_currency'", "environment.yaml"],
    "wrong-health-path": ["api is not ready", "HTTP 404", "/healthz", "environment.yaml:8:5"],
}


def cause(summary: str) -> list[str]:
    """The block with which a summary begins, without what depends on the moment."""
    block = summary.split("```")[1].partition("\n")[2]
    lines = re.sub(r"\d+\.\d+\.\d+\.\d+|\[\d\d/.*?\]|\d+\.\d+ s", "#", block).splitlines()
    assert len(lines) <= FEW
    # Whether a dying server refuses a connection or closes it is a matter of milliseconds.
    return [re.sub(r"(last answer +)(?:connection|closed) .*", r"\1#", line) for line in lines]


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_readable_in_a_few_lines_and_is_what_the_docs_show(
    name: str, tmp_path: Path, live_environ: dict[str, str]
) -> None:
    folder = tmp_path / name
    shutil.copytree(FAILURES / name, folder, ignore=shutil.ignore_patterns("artifacts", "*.txt"))
    done = subprocess.run(
        ["greenroom", "ci"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 75, done.stderr
    artifacts = folder / "greenroom-artifacts"
    said = cause((artifacts / "summary.md").read_text("utf-8"))
    for words in CASES[name]:
        assert words in "\n".join(said)
    kept = FAILURES / name / "artifacts"
    assert said == cause((kept / "summary.md").read_text("utf-8"))
    now, then = (
        Record.from_json((place / "run.json").read_bytes()).failures[0]
        for place in (artifacts, kept)
    )
    assert (now.message, now.spots, now.hint) == (then.message, then.spots, then.hint)


@pytest.mark.parametrize("name", CASES)
def test_the_page_shows_what_is_kept(name: str) -> None:
    kept = (FAILURES / name / "artifacts" / "summary.md").read_text("utf-8")
    assert kept.split("```")[1].partition("\n")[2] in PAGE


@pytest.mark.parametrize("name", CASES)
def test_nothing_in_it_is_of_the_machine_that_made_it(name: str) -> None:
    for file in (FAILURES / name).rglob("*"):
        if file.is_file():
            assert b"/tmp/" not in file.read_bytes(), file

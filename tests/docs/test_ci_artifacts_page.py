"""What docs/ci.md says of artifacts, against the code."""

from __future__ import annotations

from pathlib import Path

from doc_blocks import FOLDER, page

from orchestrator.artifacts import collecting, log_files
from orchestrator.artifacts.folder import DEFAULT, VARIABLE, Folder
from orchestrator.artifacts.junit import finding, reading, writing
from orchestrator.artifacts.junit.elements import OWN
from orchestrator.artifacts.junit.of_environment import KNOWN
from orchestrator.lifecycle.last_look import HURRY_SECONDS, LOOK_SECONDS

TEXT = (FOLDER / "ci.md").read_text("utf-8").partition("## Artifacts")[2]
WORDS = " ".join(TEXT.partition("## The report")[0].split())


OF_SEVERAL = {"console.log", "matrix.json"}
"""What is only there when the tests ran on several versions, of which another part tells."""


def test_every_file_has_its_line() -> None:
    folder = Folder(Path())
    (table,) = page("ci.md").under("Artifacts")
    named = [word for row in table.rows for word in row[0].split("`")[1::2]]
    there = {
        value.as_posix()
        for name, one in vars(Folder).items()
        if isinstance(one, property) and (value := getattr(folder, name)).suffix
    }
    assert {*named, *OF_SEVERAL} == there | {"logs/NAME.log", "tests/*.jsonl", "tests/*.txt"}


def test_names() -> None:
    assert f"the folder `{DEFAULT}`" in WORDS
    assert f"in `{VARIABLE}`" in WORDS
    assert f"a suite `{OWN}NAME`" in WORDS


def test_figures() -> None:
    assert f"no more than {LOOK_SECONDS:g} seconds, or {HURRY_SECONDS:g} after" in WORDS
    assert f"{collecting.LINES:,} lines ({collecting.HURRY_LINES:,} after" in WORDS
    assert f"and {log_files.LARGEST // 1024**2} MiB at most" in WORDS
    assert f"more than {reading.LARGEST // 1000**2} MB, is left out" in WORDS
    assert f"kept below {writing.LARGEST // 1000**2} MB" in WORDS


def test_every_step_that_is_a_case_is_one_of_ours() -> None:
    shown = {"pull", "build", "start", "restore", "ready", "seed"}
    assert shown <= set(KNOWN)
    assert all(f"`{verb} " in WORDS for verb in shown)


def test_what_names_the_tests_files() -> None:
    named = {"--junitxml", "--junit-xml", "--junitfile", "--outputFile", "--log-junit"}
    assert named | {"--test-reporter-destination", "--output-junit"} <= set(finding.OPTIONS)
    variables = {"JEST_JUNIT_OUTPUT_FILE", "PLAYWRIGHT_JUNIT_OUTPUT_NAME", "MOCHA_FILE"}
    assert variables | {"GOTESTSUM_JUNITFILE"} <= set(finding.VARIABLES)
    assert "PYTEST_ADDOPTS" in finding.ARGUMENTS
    assert all(f"`{one}`" in WORDS for one in (*named, *variables))

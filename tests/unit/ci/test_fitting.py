"""Texts within limits, and the variables for later jobs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ci_records import FOLDER, HERE, PASSED, SEED_FAILED
from github_runner import pairs

from orchestrator.artifacts.folder import Folder
from orchestrator.ci.fitting import CUT, fitted
from orchestrator.ci.outcome_env import outcome_env

TEXT = "# a\n\n````text\n" + "é ``` line\n" * 100 + "````\n\n" + "behind\n" * 100


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(TEXT, len(TEXT.encode())) == TEXT


@pytest.mark.parametrize("limit", range(0, len(TEXT.encode()), 37))
def test_it_is_cut_at_a_line_and_says_so(limit: int) -> None:
    found = fitted(TEXT, limit)
    assert len(found.encode()) <= limit
    if found:
        assert found.endswith(CUT)
        kept = found.removesuffix(CUT).removesuffix("\n````")
        assert TEXT.startswith(kept)
        assert found.count("````") % 2 == 0


def test_where_nothing_fits_nothing_is_said() -> None:
    assert fitted(TEXT, 10) == ""
    assert fitted(TEXT, -5) == ""


def test_later_jobs_are_told_the_outcome() -> None:
    assert outcome_env(SEED_FAILED, FOLDER, HERE) == (
        "GREENROOM_CI_OUTCOME=environment-failed\n"
        "GREENROOM_CI_EXIT_CODE=75\n"
        "GREENROOM_CI_RUN=payments-x7k2\n"
        "GREENROOM_CI_SECONDS=4.0\n"
        "GREENROOM_CI_ARTIFACTS=greenroom-artifacts\n"
        "GREENROOM_CI_REPORT=greenroom-artifacts/report.html\n"
        "GREENROOM_CI_JUNIT=greenroom-artifacts/junit.xml\n"
    )


def test_what_such_a_file_cannot_hold_is_left_out() -> None:
    record = dataclasses.replace(PASSED, run="a\nPATH=x")
    text = outcome_env(record, Folder(Path("/tmp/" + "x" * 5000)), HERE)
    assert len(text.encode()) < 5000
    assert set(pairs(text)) == {
        "GREENROOM_CI_OUTCOME",
        "GREENROOM_CI_EXIT_CODE",
        "GREENROOM_CI_SECONDS",
    }

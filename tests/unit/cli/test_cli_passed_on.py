"""What of a command line every combination's run gets, too."""

from __future__ import annotations

import pytest
import typer

from orchestrator.cli.app import app
from orchestrator.cli.several import OWN, passed_on

COMMAND = typer.main.get_command(app).commands["ci"]  # type: ignore[attr-defined]


def passed(*words: str) -> list[str]:
    context = COMMAND.make_context("ci", [*words])
    return passed_on(COMMAND.params, context.params)


CASES = [
    (["--", "true"], []),
    (["examples/payments", "--", "true"], ["examples/payments"]),
    (["--budget", "up=60s", "--budget=all=5m"], ["--budget", "up=60s", "--budget", "all=5m"]),
    (
        ["-v", "--no-snapshots", "--keep", "failed"],
        ["--keep", "failed", "--no-snapshots", "--verbose"],
    ),
    (["--keep", "never", "--artifacts", "kept"], []),
    (["--with", "a=b", "--with", "a=c", "--parallel", "3", "--fail-fast"], []),
]


@pytest.mark.parametrize(("typed", "words"), CASES, ids=[" ".join(case[0]) for case in CASES])
def test_what_is_meant_for_each_is_passed_on(typed: list[str], words: list[str]) -> None:
    assert passed(*typed) == words


def test_what_is_passed_on_says_the_same_again() -> None:
    words = passed(
        "x", "--profile", "a", "--profile", "b", "--timeout", "5m", "-v", "--pull", "never"
    )
    assert passed(*words) == words


def test_every_parameter_that_is_kept_back_exists() -> None:
    assert set(OWN) <= {one.name for one in COMMAND.params}

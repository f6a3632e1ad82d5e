"""What of a command line every combination's run gets, too."""

from __future__ import annotations

import pytest
import typer

from orchestrator.cli.app import app
from orchestrator.cli.typed import DECIDING, OWN, passed_on, what_runs

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


RUN = typer.main.get_command(app).commands["run"]  # type: ignore[attr-defined]


def deciding(*words: str, **environ: str) -> tuple[tuple[str, str], ...]:
    context = COMMAND.make_context("ci", [*words])
    return what_runs(COMMAND.params, context.params, environ)


DECIDE = [
    (["-v", "--keep", "failed", "--artifacts", "x", "--budget", "up=9s", "--junit", "x"], ()),
    (["--profile", "web", "--profile", "b"], (("--profile", "web"), ("--profile", "b"))),
    (["--engine", "process"], (("--engine", "process"),)),
    (["--pull", "always"], (("--pull", "always"),)),
    (["--no-snapshots"], (("--no-snapshots", ""),)),
    (["--timeout", "90s"], (("--timeout", "90s"),)),
    (["--budget", "up=9s", "--budget", "all=5m"], (("--timeout", "5m"),)),
]


@pytest.mark.parametrize(("words", "found"), DECIDE, ids=[" ".join(case[0]) for case in DECIDE])
def test_what_decides_what_runs(words: list[str], found: tuple[tuple[str, str], ...]) -> None:
    assert deciding(*words, "--", "true") == found
    # Whoever copies it can give it to `run`, and means the same there.
    given = [word for option in found for word in option if word]
    params = RUN.make_context("run", given).params
    assert {name: bool(params[name]) for name in DECIDING if params[name]}.keys() == {
        name.removeprefix("--").replace("-", "_") for name, _ in found
    }


def test_what_a_variable_of_the_pipeline_has_decided_is_said_too() -> None:
    found = deciding(GREENROOM_ENGINE="process", GREENROOM_PROFILES="web, b")
    assert found == (("--profile", "web"), ("--profile", "b"), ("--engine", "process"))
    assert deciding("--profile", "c", GREENROOM_SNAPSHOTS="off")[1:] == (("--no-snapshots", ""),)
    found = deciding(
        "--profile", "c", "--engine", "docker", GREENROOM_ENGINE="process", GREENROOM_PROFILES="b"
    )
    assert found == (("--profile", "c"), ("--engine", "docker"))


@pytest.mark.parametrize("one", COMMAND.params, ids=lambda one: one.name)
def test_every_parameter_of_both_either_decides_what_runs_or_only_what_is_seen_of_it(
    one: typer.core.TyperOption,
) -> None:
    both = one.name in {other.name for other in RUN.params}
    apart = {"manifest", "with_", "keep", "events", "verbose"}
    assert both == (one.name in {*DECIDING, *apart})

"""`greenroom ci`: an environment for one command in a pipeline, and all that the pipeline needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.artifacts.folder import DEFAULT
from orchestrator.cli.arguments import command_of
from orchestrator.cli.durations import duration
from orchestrator.cli.options import (
    Engine,
    Events,
    Keep,
    Manifest,
    NoSnapshots,
    Profiles,
    Pull,
    Verbose,
)
from orchestrator.cli.run import WholeTime, with_hint

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.last_look import BeforeEnd

Artifacts = Annotated[
    Path,
    typer.Option(
        "--artifacts",
        metavar="FOLDER",
        help="Where logs, events, JUnit, summary and report go.",
    ),
]

Budget = Annotated[
    list[str] | None,
    typer.Option(
        "--budget",
        metavar="PART=TIME",
        help="How long a part may take: up=60s, tests=10m, down=10s, all=15m. Passing it is a "
        "failure. Can be given several times.",
        show_default=False,
    ),
]

Junit = Annotated[
    list[str] | None,
    typer.Option(
        "--junit",
        metavar="PATTERN",
        help="The tests' own JUnit files, to be merged with the environment's. Default: what CMD "
        "and the common places say. Can be given several times.",
        show_default=False,
    ),
]


def ci(
    ctx: typer.Context,
    manifest: Manifest = None,
    profile: Profiles = None,
    artifacts: Artifacts = Path(DEFAULT),
    budget: Budget = None,
    junit: Junit = None,
    timeout: WholeTime = None,
    keep: Keep = "never",
    no_snapshots: NoSnapshots = False,
    pull: Pull = None,
    engine: Engine = None,
    events: Events = None,
    verbose: Verbose = False,
) -> int:
    """Do as `run` does, for a pipeline: artifacts, JUnit, annotations, a summary, a report.

    The output is for the CI system's log, in its own language where it is known: GitHub Actions,
    GitLab, Buildkite, Azure Pipelines, TeamCity. Passwords are masked in what CMD writes, too. CMD
    has nothing to read.

    The exit code is CMD's own if that is not 0; everything else has Greenroom's: 75 when something
    did not become ready, a seed failed, something died or took longer than its budget; 74 when
    something could not be removed; 65 for a manifest with mistakes; 69 when no engine answers.

    For example:

    greenroom ci --budget up=90s -- pytest -q --junitxml=junit.xml
    """
    from orchestrator.ci.budget import ALL, budgets
    from orchestrator.ci.tongues import tongue_of
    from orchestrator.cli.job import Asked, run_job
    from orchestrator.cli.opening import opened
    from orchestrator.cli.tests import tests_of

    whole = [f"{ALL}={timeout}"] if timeout else []
    asked_for = budgets([*(budget or ()), *whole], duration)
    command = command_of(ctx)

    def made(listening: Session, before_end: BeforeEnd, seconds: float) -> Environment:
        return with_hint(
            lambda: opened(
                manifest,
                profile,
                listening,
                seconds=seconds,
                keep=keep,
                snapshots=not no_snapshots,
                engine=engine,
                pull=pull,
                before_end=before_end,
            ),
            manifest,
        )

    return run_job(
        Asked(
            opened=made,
            tests=lambda environment: tests_of(environment.manifest, command),
            manifest=manifest or "",
            artifacts=artifacts,
            budgets=asked_for,
            junit=tuple(junit or ()),
            events=events,
            verbose=verbose,
        ),
        tongue_of(os.environ),
    )

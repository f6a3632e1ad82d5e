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
    With,
)
from orchestrator.cli.profiles import active
from orchestrator.cli.run import WholeTime, with_hint
from orchestrator.errors import GreenroomError

if TYPE_CHECKING:
    from orchestrator.ci.tongues import Tongue
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


Parallel = Annotated[
    int | None,
    typer.Option(
        "--parallel",
        metavar="N",
        min=1,
        help="Of several combinations (--with), run so many at the same time. Default: as many as "
        "there are processors and memory for.",
        show_default=False,
    ),
]

FailFast = Annotated[
    bool,
    typer.Option("--fail-fast", help="Of several combinations, end all when one has failed."),
]

Part = Annotated[int, typer.Option("--part", hidden=True)]
"""Says that this is the run of one combination, and how many run at the same time; 0: it is not."""


def ci(
    ctx: typer.Context,
    manifest: Manifest = None,
    profile: Profiles = None,
    with_: With = None,
    parallel: Parallel = None,
    fail_fast: FailFast = False,
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
    part: Part = 0,
) -> int:
    """Do as `run` does, and tell a pipeline all that it needs.

    That is annotations, a summary, JUnit, and artifacts with logs, events and a report. The output
    is for the CI system's log, in its own language where it is known: GitHub Actions, GitLab,
    Buildkite, Azure Pipelines, TeamCity. Passwords are masked in what CMD writes, too. CMD has
    nothing to read.

    The exit code is CMD's own if that is not 0; everything else has Greenroom's: 75 when something
    did not become ready, a seed failed, something died or took longer than its budget; 74 when
    something could not be removed; 65 for a manifest with mistakes; 69 when no engine answers.

    Where --with names several versions of a resource, all this is done once for each combination,
    several at the same time.

    For example:

    greenroom ci --with ledger=postgres:15 --with ledger=postgres:16 -- pytest

    greenroom ci --budget up=90s -- pytest -q --junitxml=junit.xml
    """
    from orchestrator.ci.budget import ALL, budgets
    from orchestrator.ci.matrix.combination import combinations
    from orchestrator.cli.instead import choices
    from orchestrator.cli.job import Asked, refused, run_job
    from orchestrator.cli.opening import opened
    from orchestrator.cli.tests import tests_of
    from orchestrator.cli.typed import passed_on, what_runs

    whole = [f"{ALL}={timeout}"] if timeout else []
    limits = budgets([*(budget or ()), *whole], duration)
    command = command_of(ctx)
    each = combinations(choices(with_))
    tongue = spoken(part)

    def opening(listening: Session, before_end: BeforeEnd, seconds: float) -> Environment:
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
                instead=each[0].instead,
                before_end=before_end,
            ),
            manifest,
        )

    asked = Asked(
        opened=opening,
        tests=lambda environment: tests_of(environment.manifest, command),
        manifest=manifest or "",
        artifacts=artifacts,
        budgets=limits,
        junit=tuple(junit or ()),
        instead=tuple(each[0].instead.items()),
        options=what_runs(ctx.command.params, ctx.params, os.environ),
        events=events,
        verbose=verbose,
        alone=part <= 1,
    )
    if len(each) == 1:
        return run_job(asked, tongue)

    from orchestrator.cli.matrix import Several, run_matrix
    from orchestrator.cli.several import checked, refuse_one_file

    refuse_one_file(events, len(each))
    try:
        manifests = with_hint(lambda: checked(manifest, each, profile, engine, command), manifest)
    except GreenroomError as error:
        return run_job(refused(asked, error), tongue)
    several = Several(
        combinations=each,
        manifests=manifests,
        profiles=active(profile),
        command=command,
        passed_on=passed_on(ctx.command.params, ctx.params),
        artifacts=artifacts,
        junit=asked.junit,
        parallel=parallel,
        fail_fast=fail_fast,
    )
    return run_matrix(several, tongue)


def spoken(part: int) -> Tongue:
    """Return how the CI system is spoken to; a part of several runs leaves that to its parent."""
    from orchestrator.ci.tongues import tongue_of

    tongue = tongue_of(os.environ)
    if not part:
        return tongue
    from orchestrator.ci.matrix.with_parent import Within, end_with_parent

    end_with_parent()
    return Within(tongue)

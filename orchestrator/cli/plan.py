"""`greenroom plan`: what would be done, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.cli.options import Engine, Json, Manifest, NoSnapshots, Profiles, Pull, With
from orchestrator.cli.output import as_json
from orchestrator.errors import EngineUnavailable

if TYPE_CHECKING:
    from orchestrator.model.secret import Mask
    from orchestrator.model.step import Plan


def plan(
    manifest: Manifest = None,
    profile: Profiles = None,
    with_: With = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no engine: nothing is known of its images.")
    ] = False,
    no_snapshots: NoSnapshots = False,
    pull: Pull = None,
    engine: Engine = None,
    json: Json = False,
) -> int:
    """Print what up would do, and why.

    Each step with its cause and the steps it waits for. Nothing is started.
    """
    from orchestrator.cli.instead import one_each
    from orchestrator.cli.opening import opened
    from orchestrator.plan import plan_text

    environment = opened(
        manifest,
        profile,
        snapshots=not no_snapshots,
        engine=engine,
        pull=pull,
        instead=one_each(with_),
        run_modules=not offline,
    )
    try:
        found = environment.plan(offline=offline)
    except EngineUnavailable as error:
        error.hint = f"{error.hint}; or plan without asking any engine: --offline"
        raise
    if json:
        as_json(as_value(found, environment.mask))
    else:
        typer.echo(environment.mask(plan_text(found)), nl=False)
    return 0


def as_value(plan: Plan, mask: Mask) -> dict[str, Any]:
    """Return a plan as JSON has it; a detail may hold a password, as a probe's command does."""
    from orchestrator.plan.text import step_detail

    steps = [
        {
            "step": step.key,
            "kind": type(step).__name__,
            "subject": step.subject,
            "detail": mask(step_detail(step)),
            "cause": mask(step.cause),
            "after": list(step.after),
        }
        for step in plan.steps
    ]
    changes = [
        {"instance": str(one.instance), "kind": str(one.kind), "cause": mask(one.cause)}
        for one in plan.changes
    ]
    return {"title": plan.title, "changes": changes, "steps": steps}

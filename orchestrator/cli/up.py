"""`greenroom up`: an environment that stays."""

from __future__ import annotations

import os
import shlex
import time
from typing import TYPE_CHECKING

from orchestrator.cli.options import Events, Manifest, Profiles, Verbose
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.survey import Run, Survey


def up(
    manifest: Manifest = None,
    profile: Profiles = None,
    events: Events = None,
    verbose: Verbose = False,
) -> int:
    """Start everything and leave it up.

    Everything is started, ready and seeded when the addresses are printed. If anything fails,
    nothing is left.

    What is up already stays as it is: to apply changes of the manifest, take it down first. If
    something of it has ended meanwhile, all of it is removed and started anew.
    """
    from orchestrator.cli.opening import opened
    from orchestrator.cli.session import STDOUT, session
    from orchestrator.lifecycle.survey import survey

    with session(events=events, verbose=verbose) as listening:
        environment = opened(manifest, profile, listening)
        found = survey(os.environ)
        standing = standing_of(found.of(environment.identity))
        healthy = standing is not None and standing.healthy
        if standing and healthy:
            refuse_if_it_lacks(environment, standing)
            environment = environment.of_run(standing)
        else:
            if standing:
                remove_ruin(standing, found, listening)
            start(environment, listening)
    if events != STDOUT:
        tell_addresses(environment, manifest, was_up=healthy)
    return 0


def standing_of(runs: list[Run]) -> Run | None:
    """Return what an earlier `up` made, the healthy one first; what tests made is their own."""
    made = sorted((run for run in runs if run.stays), key=lambda run: not run.healthy)
    return made[0] if made else None


def refuse_if_it_lacks(environment: Environment, standing: Run) -> None:
    """Raise UsageError when what is up is well, but not all: it has data that may matter."""
    if not environment.is_whole(standing):
        raise UsageError(
            f"{standing.id} is up, but without all that takes part now",
            hint=f"start anew, without its data: greenroom down {standing.id}, then greenroom up",
        )


def start(environment: Environment, listening: Session) -> None:
    """Bring the environment up; when that fails, nothing of it is left."""
    try:
        environment.up(stays=True)
    except BaseException as error:
        listening.removed_again(environment, error)
        raise


def remove_ruin(ruin: Run, found: Survey, listening: Session) -> None:
    """Remove what an earlier `up` has left, and say why."""
    from orchestrator.lifecycle.removal import remove_run
    from orchestrator.model.event import Noticed

    text = f"{ruin.id} was up, but {what_ended(ruin)}: it is removed and started anew"
    listening.listen(Noticed(at=time.time(), text=text))
    with listening.signals.put_off():
        remove_run(ruin.name, ruin.id, found.engines, listening.listen)


def what_ended(run: Run) -> str:
    """Return in words what is wrong with a run: `api exited with code 1`."""
    ended = [
        f"{thing.instance} {thing.state}"
        for thing in run.instances
        if not thing.state.alive and thing.state.exit_code != 0
    ]
    return ", ".join(ended) or "something of it is gone"


def tell_addresses(environment: Environment, manifest: str | None, *, was_up: bool) -> None:
    """Print where everything is, and what to do next."""
    from orchestrator.cli.addresses import addresses
    from orchestrator.cli.output import remark, table
    from orchestrator.render.columns import columns

    if was_up:
        remark(f"{environment.run} is up already")
    table([name, url] for name, url in addresses(environment))
    target = f" {shlex.quote(manifest)}" if manifest else ""
    run = f" --run {environment.run}" if manifest else ""
    end = "removes it; do so to apply changes with the next up" if was_up else "removes it"
    hints = [
        [f"greenroom env{run}", "prints all of it, passwords included"],
        [f"greenroom down{target}", end],
    ]
    remark("", *columns(hints))

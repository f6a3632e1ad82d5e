"""`greenroom up`: an environment that stays."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import (
    Engine,
    Events,
    InTime,
    Keep,
    Manifest,
    NoSnapshots,
    Profiles,
    Pull,
    Timeout,
    Ttl,
    Verbose,
    With,
)

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.environment import Environment

Fresh = Annotated[
    bool, typer.Option("--fresh", help="Make everything anew, whatever is up already.")
]


def up(
    manifest: Manifest = None,
    profile: Profiles = None,
    with_: With = None,
    fresh: Fresh = False,
    ttl: Ttl = None,
    timeout: Timeout = None,
    keep: Keep = "never",
    no_snapshots: NoSnapshots = False,
    pull: Pull = None,
    engine: Engine = None,
    events: Events = None,
    verbose: Verbose = False,
    timeline: InTime = False,
) -> int:
    """Start everything and leave it up.

    Everything is started, ready and seeded when the addresses are printed. If anything fails,
    nothing is left.

    Where it is up already, it is made what the manifest wants now: what is the same and well stays,
    with its data; what has changed or died is made anew, and what depends on that.
    """
    from orchestrator.cli.durations import duration
    from orchestrator.cli.instead import one_each
    from orchestrator.cli.opening import opened
    from orchestrator.cli.session import STDOUT, session
    from orchestrator.host.owner import TIME_TO_LIVE

    seconds = duration(ttl, "--ttl") if ttl else TIME_TO_LIVE
    with session(events=events, verbose=verbose, timeline=timeline) as listening:
        environment = opened(
            manifest,
            profile,
            listening,
            timeout=timeout,
            keep=keep,
            snapshots=not no_snapshots,
            engine=engine,
            pull=pull,
            instead=one_each(with_),
        )
        stand(environment, listening, ttl=seconds, fresh=fresh)
    if events != STDOUT:
        tell_addresses(environment, manifest)
    return 0


def stand(
    environment: Environment,
    listening: Session,
    *,
    ttl: float | None = None,
    fresh: bool = False,
    restart: tuple[str, ...] = (),
) -> None:
    """Bring the environment up, or up to date; when that is torn apart, nothing new is left."""
    from orchestrator.host.owner import TIME_TO_LIVE

    try:
        environment.stand(ttl=ttl or TIME_TO_LIVE, fresh=fresh, restart=restart)
    except BaseException as error:
        listening.removed(environment, error)
        raise


def tell_addresses(environment: Environment, manifest: str | None) -> None:
    """Print where everything is, and what to do next."""
    from orchestrator.cli.addresses import addresses
    from orchestrator.cli.output import remark, table
    from orchestrator.render.columns import columns

    table([name, url] for name, url in addresses(environment))
    target = f" {shlex.quote(manifest)}" if manifest else ""
    run = f" --run {environment.run}" if manifest else ""
    hints = [
        [f"greenroom env{run}", "prints all of it, passwords included"],
        [f"greenroom down{target}", "removes it"],
    ]
    remark("", *columns(hints))

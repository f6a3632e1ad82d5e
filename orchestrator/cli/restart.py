"""`greenroom restart`: some of what is up is made anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.completing import resources
from orchestrator.cli.options import Events, Timeout, Verbose

if TYPE_CHECKING:
    from orchestrator.environment import Environment

Names = Annotated[
    list[str],
    typer.Argument(metavar="RESOURCE", help="Names in the manifest.", autocompletion=resources),
]

Of = Annotated[
    str | None,
    typer.Option(
        "--of",
        metavar="MANIFEST",
        help="The manifest: its path, its folder, or a ready-made name. Default: here or above.",
        show_default=False,
    ),
]


def restart(
    resource: Names,
    of: Of = None,
    timeout: Timeout = None,
    events: Events = None,
    verbose: Verbose = False,
) -> int:
    """Make resources of what is up anew.

    Each is removed with its data, started and seeded again, under its old address if that can be.
    Everything else stays as it is.
    """
    from orchestrator.cli.opening import opened
    from orchestrator.cli.session import STDOUT, session
    from orchestrator.cli.up import stand, tell_addresses

    with session(events=events, verbose=verbose) as listening:
        environment = opened(of, None, listening, timeout=timeout, instead=used_by(of))
        check_names(environment, resource)
        stand(environment, listening, restart=tuple(resource))
    if events != STDOUT:
        tell_addresses(environment, of)
        tell_users(environment, resource)
    return 0


def used_by(of: str | None) -> dict[str, str]:
    """Return what resources use instead (`--with`) in what is up of a manifest: that stays so."""
    from orchestrator.cli.choosing import identity_of
    from orchestrator.host import manifests
    from orchestrator.lifecycle.survey import survey

    path = manifests.find(of, Path.cwd())
    run = survey(os.environ).standing(identity_of(path))
    return run.instead if run else {}


def tell_users(environment: Environment, names: list[str]) -> None:
    """Say who was left as it is although it uses what was made anew."""
    from orchestrator.cli.output import remark
    from orchestrator.manifest.dependencies import dependencies

    users = [
        name
        for name in environment
        if name not in names and not environment.manifest.resources[name].is_task
        if any(one.name in names for one in dependencies(environment.manifest.resources[name]))
    ]
    if users:
        words = f"left as {'it is' if len(users) == 1 else 'they are'}: {', '.join(users)}"
        remark(f"{words}; if one does not connect anew: greenroom restart {' '.join(users)}")


def check_names(environment: Environment, names: list[str]) -> None:
    """Raise UsageError for a name that the manifest does not have."""
    from orchestrator.errors import UsageError
    from orchestrator.manifest.words import did_you_mean

    known = list(environment.manifest.resources)
    for name in names:
        if name not in known:
            near = did_you_mean(name, known, f"there are: {', '.join(known)}").removeprefix("; ")
            raise UsageError(f"no resource is called {name}", hint=near)

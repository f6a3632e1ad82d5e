"""`greenroom down`: nothing is left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.completing import manifests
from orchestrator.cli.options import Events, Verbose
from orchestrator.cli.output import remark

if TYPE_CHECKING:
    from orchestrator.cli.session import Session
    from orchestrator.lifecycle.survey import Run, Survey

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME|RUN",
        help="A run, a manifest's name, or its path. Default: GREENROOM_RUN, else the manifest "
        "here or above.",
        autocompletion=manifests,
        show_default=False,
    ),
]


def down(target: Target = None, events: Events = None, verbose: Verbose = False) -> int:
    """Remove what is up.

    Containers, volumes, networks and processes, as the engines report them, whatever has become of
    the program that started them. Nothing to remove is fine.
    """
    from orchestrator.cli.naming import meant
    from orchestrator.cli.session import session
    from orchestrator.lifecycle.survey import survey
    from orchestrator.lifecycle.sweeping import sweep

    with session(events=events, verbose=verbose) as listening:
        found = survey(os.environ)
        wanted = meant(target, found)
        if wanted.run:
            remove(wanted.run, found, listening)
        sweep(found.without(wanted.run), os.environ, listening.listen)
        wanted.raise_if_hidden()
        if wanted.run is None:
            remark(f"nothing to remove: {wanted.words}")
    return 0


def remove(run: Run, found: Survey, listening: Session) -> None:
    """Remove a run; if we are ended meanwhile, its watchdog does the rest."""
    from orchestrator.watchdog.hold import Hold

    hold = Hold.join(run.id, os.environ, found.engines)
    listening.signals.watched = hold.guard is not None
    listening.signals.removing = True
    hold.remove(run.name, listening.listen)

"""`greenroom down`: nothing is left."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.cli.completing import manifests
from orchestrator.cli.options import Events, Verbose
from orchestrator.cli.output import remark

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
    import os

    from orchestrator.cli.naming import meant
    from orchestrator.cli.session import session
    from orchestrator.lifecycle.removal import remove_run
    from orchestrator.lifecycle.survey import survey

    with session(events=events, verbose=verbose) as listening:
        found = survey(os.environ)
        wanted = meant(target, found)
        if wanted.run:
            listening.signals.removing = True
            remove_run(wanted.run.name, wanted.run.id, found.engines, listening.listen)
        wanted.raise_if_hidden()
        if wanted.run is None:
            remark(f"nothing to remove: {wanted.words}")
    return 0

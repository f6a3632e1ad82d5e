"""`greenroom extend`: what is up may live longer."""

from __future__ import annotations

import os
import re
from typing import Annotated

import typer

from orchestrator.cli.down import Target
from orchestrator.cli.output import remark
from orchestrator.errors import UsageError

TIME = re.compile(r"\d+[smhd]")
"""What is easily typed in the place of a name: how long."""

By = Annotated[
    str,
    typer.Option("--ttl", metavar="TIME", help="How long from now: 30m, 8h, 1d."),
]


def extend(target: Target = None, ttl: By = "2h") -> int:
    """Let what is up live longer.

    It is removed so long from now, instead of when its time would have ended, unless somebody still
    uses it then.
    """
    import time

    from orchestrator.cli.durations import duration
    from orchestrator.cli.naming import meant
    from orchestrator.lifecycle.survey import survey
    from orchestrator.lifecycle.verdict import clock
    from orchestrator.watchdog.guard import Guard

    seconds = duration(ttl, "--ttl")
    found = survey(os.environ)
    wanted = meant(target, found)
    wanted.raise_if_hidden()
    if wanted.run is None:
        is_time = target is not None and TIME.fullmatch(target)
        hint = f"greenroom extend --ttl {target}" if is_time else "greenroom ps lists what is up"
        raise UsageError(f"nothing to extend: {wanted.words}", hint=hint)
    guard = Guard.join(wanted.run.id, os.environ)
    if guard is None or not (wanted.run.lease and wanted.run.lease.standing):
        raise UsageError(
            f"{wanted.run.id} does not live by a time: {why_not(wanted.run.stays)}",
            hint="greenroom ps shows what ends which run",
        )
    guard.stand(seconds)
    guard.let_go()
    remark(f"{wanted.run.id} is up until {clock(time.time() + seconds)}")
    return 0


def why_not(stays: bool) -> str:
    """Return why a run has no end that could be moved."""
    return "it was made on another machine or by another user" if stays else "a test run made it"

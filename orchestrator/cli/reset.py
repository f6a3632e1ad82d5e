"""`greenroom reset`: what is shared, as it was when it was seeded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from orchestrator.cli.options import Resources, Run

if TYPE_CHECKING:
    from orchestrator.model.event import Event


def reset(resource: Resources = None, run: Run = None) -> int:
    """Bring databases and brokers back to what was seeded.

    What the manifest slices (`isolation`) is copied from its template in place, in milliseconds;
    connections to it are closed where they would hinder that. Everything else is made anew, from
    its snapshot where there is one, under its old address. Of two at once, one waits for the other.
    """
    from orchestrator.cli.choosing import chosen
    from orchestrator.cli.output import remark
    from orchestrator.render.words import seconds

    environment = chosen(run, told)
    began = time.monotonic()
    try:
        environment.reset(*(resource or ()))
    finally:
        environment.down()
    what = ", ".join(resource) if resource else "every database and broker"
    remark(f"reset {what} in {seconds(time.monotonic() - began)}")
    return 0


def told(event: Event) -> None:
    """Say what is noticed meanwhile: that another is waited for, say."""
    from orchestrator.cli.output import remark
    from orchestrator.model.event import Noticed

    if isinstance(event, Noticed):
        remark(event.text)

"""`greenroom prune`: what nobody needs any more."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json
from orchestrator.cli.output import as_json, remark, table

if TYPE_CHECKING:
    from orchestrator.lifecycle.pruning import Prunable

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")]


def prune(yes: Yes = False, dry_run: DryRun = False, json: Json = False) -> int:
    """Remove what nobody needs any more.

    Runs whose owner is gone or whose time is over, images that Greenroom has built and nothing
    uses, and copies of programs of which the source is gone. It shows what it would remove, and
    asks on a terminal before it does. A live run, and what does not carry Greenroom's labels, is
    never touched.
    """
    from orchestrator.lifecycle.pruning import prunable
    from orchestrator.lifecycle.survey import survey

    found = survey(os.environ)
    things = prunable(found, os.environ)
    if json:
        as_json([{"kind": one.kind, "name": one.name, "cause": one.cause} for one in things])
    elif things:
        table([["WHAT", "NAME", "BECAUSE"], *([one.kind, one.name, one.cause] for one in things)])
    for error in found.silent:
        remark(f"note: {error.message}; what it may have is not looked at")
    if not things:
        remark("nothing to prune")
    elif dry_run:
        remark("nothing was removed; without --dry-run it is")
    elif yes or agreed():
        return remove(things)
    return 0


def agreed() -> bool:
    """Ask on a terminal; who cannot be asked has agreed by the command itself."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return typer.confirm("Remove all of these?", err=True)


def remove(things: list[Prunable]) -> int:
    """Remove them, and say what could not be removed. Returns the exit code."""
    from orchestrator.cli.ending import ended_by
    from orchestrator.errors import GreenroomError, NotRemoved
    from orchestrator.waiting import TimedOut

    code, removed = 0, 0
    for one in things:
        try:
            one.remove()
            removed += 1
        except (GreenroomError, TimedOut) as error:
            ended_by(error)
            code = NotRemoved.exit_code
    remark(f"removed {removed} of {len(things)}" if code else f"removed {removed}")
    return code

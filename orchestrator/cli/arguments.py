"""Commands of ours that take somebody else's command after `--`."""

from __future__ import annotations

from typing import Any

import typer

from orchestrator.cli.command import Command
from orchestrator.errors import UsageError

BORDER = "--"
META = "greenroom.command"

EXAMPLES = {
    "run": "greenroom run -- pytest -q",
    "ci": "greenroom ci -- pytest -q --junitxml=junit.xml",
    "slice": "greenroom slice -- npx jest --runInBand",
    "exec": "greenroom exec ledger -- psql -c 'select 1'",
}


def split(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    """Return what stands before and behind the first `--`; None behind when there is none."""
    if BORDER not in arguments:
        return arguments, None
    border = arguments.index(BORDER)
    return arguments[:border], arguments[border + 1 :]


class WithCommand(Command):
    """Keeps what stands behind `--` away from our own options and arguments."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what is ours; the other command waits for `command_of`."""
        ours, command = split(args)
        ctx.meta[META] = command
        if command == [] and not ctx.resilient_parsing:
            raise UsageError("nothing follows --", hint=f"for example: {EXAMPLES[ctx.info_name]}")
        try:
            return super().parse_args(ctx, ours)
        except typer.TyperException as error:
            if command is not None:
                raise
            # Somebody who leaves the border out gets told of an option that is not ours.
            raise UsageError(
                error.format_message().rstrip("."),
                hint=f"what is to be run stands behind --: {EXAMPLES[ctx.info_name]}",
            ) from error

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the pieces of the usage line, with the other command at its end."""
        return [*super().collect_usage_pieces(ctx), "-- CMD..."]


def command_of(ctx: typer.Context) -> list[str] | None:
    """Return what stood behind `--`, None when there was none."""
    found: list[str] | None = ctx.meta[META]
    return found

"""What the program and its commands have in common: their help, and the end of whoever reads."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from orchestrator.cli.astyped import as_typed, without_markup
from orchestrator.cli.elsewhere import command_instead_of
from orchestrator.cli.help import usage, write_parameters
from orchestrator.errors import UsageError

NOBODY_READS = 128 + 13
"""As shells report a program that SIGPIPE has ended."""


class Program(TyperGroup):
    """The program itself: its help lists the commands in their groups, then the options."""

    def get_params(self, ctx: Any) -> Any:
        """Return the options."""
        return as_typed(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; of a word that other tools have for it, say which one it is."""
        word = args[0]
        ours = "" if word in self.commands else command_instead_of(word)
        if ours and not ctx.resilient_parsing:
            raise UsageError(f"there is no command {word}", hint=f"{ours} does that")
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the groups of commands and the options."""
        for group, commands in groupby(self.commands.values(), panel):
            with formatter.section(group):
                formatter.write_dl(
                    [(one.name, one.get_short_help_str(formatter.width)) for one in commands]
                )
        write_parameters(self.get_params(ctx), ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what the shell may propose."""
        without_markup()
        return super().shell_complete(ctx, incomplete)


class Command(TyperCommand):
    """One command."""

    def get_params(self, ctx: Any) -> Any:
        """Return the arguments and the options."""
        return as_typed(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run it; that nobody reads what it prints any more is no mistake."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Python would complain when it flushes at the very end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(NOBODY_READS) from None
        return result

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options."""
        write_parameters(self.get_params(ctx), ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the pieces of the usage line."""
        arguments = [one for one in self.get_params(ctx) if isinstance(one, TyperArgument)]
        return ["[OPTIONS]", *map(usage, arguments)]


def panel(command: Any) -> str:
    """Return the name of the group that a command belongs to."""
    return str(command.rich_help_panel)

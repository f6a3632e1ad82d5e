"""The help as people read it: arguments and options without their types, usage without braces."""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument


def usage(argument: TyperArgument) -> str:
    """Return how an argument is written: optional ones in brackets, repeated ones with dots."""
    name = argument.display_name_raw
    return (name if argument.required else f"[{name}]") + ("..." if argument.nargs != 1 else "")


def write_parameters(parameters: Any, ctx: Any, formatter: Any) -> None:
    """Write what a command takes: arguments first, options behind."""
    arguments = [
        (one.display_name_raw, one.help or "")
        for one in parameters
        if isinstance(one, TyperArgument)
    ]
    options = [
        record
        for one in parameters
        if not isinstance(one, TyperArgument) and (record := one.get_help_record(ctx))
    ]
    for title, rows in (("Arguments", arguments), ("Options", options)):
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)

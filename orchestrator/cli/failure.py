"""What went wrong, typing mistakes included, as text and as an exit code."""

from __future__ import annotations

import typer

from orchestrator.cli.elsewhere import option_instead_of
from orchestrator.errors import UsageError
from orchestrator.render import failing
from orchestrator.render.colours import Paint, plainly


def exit_code(error: BaseException) -> int:
    """Return what the shell is told."""
    match error:
        case typer.Abort():
            return 130
        case typer.TyperException():
            return UsageError.exit_code
        case _:
            return failing.exit_code(error)


def as_text(error: BaseException, paint: Paint = plainly) -> str:
    """Return all there is to say about an error; empty when it needs no words."""
    match error:
        case typer.Abort():
            return ""
        case typer.TyperException():
            as_usage = UsageError(error.format_message(), hint=help_for(error))
            return failing.as_text(as_usage, paint)
        case _:
            return failing.as_text(error, paint)


def help_for(error: typer.TyperException) -> str:
    """Return what to do instead, or else where the command that was misused is explained."""
    context = getattr(error, "ctx", None)
    lacking = getattr(getattr(error, "param", None), "name", None)
    if context and lacking == "resource":
        from orchestrator.cli.choosing import instead_of_nothing

        if there := instead_of_nothing(context.params.get("run")):
            return there
    option = getattr(error, "option_name", None)
    if context and option and (known := option_instead_of(option, context.info_name or "")):
        return known
    return f"{context.command_path if context else 'greenroom'} --help"

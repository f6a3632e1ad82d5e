"""Runs the command line: whatever happens becomes a message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

DEBUG = "GREENROOM_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        return call(arguments)
    except SystemExit:
        raise
    except BaseException as error:
        return ended_by(error)


def call(arguments: Sequence[str] | None) -> int:
    """Find the command and run it."""
    from orchestrator.cli.app import app

    command = typer.main.get_command(app)
    args = None if arguments is None else list(arguments)
    result = command.main(args=args, prog_name="greenroom", standalone_mode=False)
    return result if isinstance(result, int) else 0


def ended_by(error: BaseException) -> int:
    """Say on stderr what went wrong and what to do next, and return the exit code."""
    from orchestrator.cli.failure import as_text, exit_code
    from orchestrator.render.colours import painter

    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    text = as_text(error, painter(sys.stderr, os.environ))
    if text:
        print(text, file=sys.stderr)  # noqa: T201
    return exit_code(error)

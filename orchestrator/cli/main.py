"""Runs the command line: whatever happens becomes a message and an exit code."""

from __future__ import annotations

from collections.abc import Sequence

import typer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        return call(arguments)
    except SystemExit:
        raise
    except BaseException as error:
        from orchestrator.cli.ending import ended_by

        return ended_by(error)


def call(arguments: Sequence[str] | None) -> int:
    """Find the command and run it."""
    from orchestrator.cli.app import app

    command = typer.main.get_command(app)
    args = None if arguments is None else list(arguments)
    result = command.main(args=args, prog_name="greenroom", standalone_mode=False)
    return result if isinstance(result, int) else 0

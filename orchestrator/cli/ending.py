"""How a command ends that could not do what it should."""

from __future__ import annotations

import os
import sys

from orchestrator.cli.failure import as_text, exit_code
from orchestrator.render.colours import painter
from orchestrator.render.failing import DEBUG


def ended_by(error: BaseException) -> int:
    """Say on stderr what went wrong and what to do next, and return the exit code."""
    if os.environ.get(DEBUG):
        import traceback

        traceback.print_exception(error)
    text = as_text(error, painter(sys.stderr, os.environ))
    if text:
        print(text, file=sys.stderr)  # noqa: T201
    return exit_code(error)

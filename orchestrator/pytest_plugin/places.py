"""Where in its file a test has failed, as CI systems point at it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def place(item: pytest.Item, call: pytest.CallInfo[None]) -> str:
    """Return the place as `tests/test_pay.py:7`; of the test itself where no line of it is known.

    Where in a library it has failed helps nobody who looks at the test's file.
    """
    entries = call.excinfo.traceback if call.excinfo else ()
    lines = [entry.lineno for entry in entries if entry.path == item.path]
    return place_of(item, lines[-1] if lines else None)


def place_of(item: pytest.Item, line: int | None = None) -> str:
    """Return where this line of its file is, counted from 0; without one, where the test begins."""
    found = item.location[1] if line is None else line
    file = Path(os.path.relpath(item.path, item.config.invocation_params.dir)).as_posix()
    return file if found is None else f"{file}:{found + 1}"

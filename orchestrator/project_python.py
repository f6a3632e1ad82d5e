"""The project's own Python, where its drivers are, and children that run in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)

GRACE = 2.0
"""Seconds between asking a child to end and ending it."""


def interpreter(written: str | None, folder: str, environ: Mapping[str, str] | None = None) -> str:
    """Return the project's Python.

    What the manifest says (`written`), else that of the active virtual environment, else that of a
    `.venv` beside the manifest, in its `folder`, else the one that runs us.
    """
    environ = os.environ if environ is None else environ
    if written:
        # A bare name is looked for on the PATH, a path is the manifest's own.
        bare = Path(written).name == written
        return written if bare else str(Path(folder) / written)
    script = Path("Scripts/python.exe" if os.name == "nt" else "bin/python")
    folders = [environ.get("VIRTUAL_ENV", ""), str(Path(folder) / ".venv")]
    candidates = [Path(folder) / script for folder in folders if folder]
    return next((str(path) for path in candidates if path.exists()), sys.executable)


def end(child: subprocess.Popen[bytes]) -> None:
    """End everything in the child's group, the child itself and whatever it has started there."""
    for number in (signal.SIGTERM, KILL):
        if not told(child, number):
            break
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    child.wait()


def told(child: subprocess.Popen[bytes], number: int) -> bool:
    """Signal the child's group; False when nobody is left in it.

    Where there are no groups, on Windows, the child alone is told.
    """
    if not hasattr(os, "killpg"):
        child.send_signal(number)
        return True
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        # The latter is what macOS says of a group of which only a zombie is left.
        return False
    return True

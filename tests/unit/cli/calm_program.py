"""`greenroom` as a process of its own, with processes as resources."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

MANIFEST = """
name: calm
services:
  napper: {command: [sh, -c, "echo awake; sleep 60"], ready: {log: awake}}
  %s
"""
SLOW = 'slow: {command: [sh, -c, "sleep 60"], ready: {log: never}}'

SECONDS = 60.0
"""More than anything of it takes, on the busiest machine."""

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


class Program:
    """`greenroom` in a session of its own, without a terminal."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        more: str = "",
        env: Mapping[str, str] | None = None,
        shell: str = "",
    ) -> None:
        (folder / "environment.yaml").write_text(MANIFEST % more)
        environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "PYTHONUNBUFFERED": "1"}
        environ.update(env or {})
        argv = [sys.executable, "-m", "orchestrator", *arguments]
        if shell:
            script = shell.format(shlex.join(argv))
            argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        self.process = subprocess.Popen(
            argv,
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""

    def until(self, words: str) -> None:
        """Read until these words have been printed."""
        assert self.process.stdout
        while words not in self.output:
            line = self.process.stdout.readline()
            assert line, f"it ended without {words!r}:\n{self.output}"
            self.output += line

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        """Wait for its end and return its exit code."""
        rest, _ = self.process.communicate(timeout=SECONDS)
        self.output += rest
        return self.process.returncode


def left_in(folder: Path) -> list[str]:
    """Return the runs that still have a folder."""
    runs = folder / "state" / "greenroom" / "runs"
    return sorted(path.name for path in runs.iterdir()) if runs.exists() else []

"""Child processes with a stopwatch."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

PATIENCE = 300.0
"""Seconds after which a child is ended: something hangs."""
GRACE = 60.0
"""Seconds that an interrupted child has for removing what it made."""
TAIL = 15
"""So many of its last lines are shown when a child fails."""


class CouldNotRun(Exception):
    """Raised when something that should be measured cannot be, with the reason."""


class Child:
    """A child process; it has ended when the `with` is left.

    What it says goes to the log, except that with `talks` its standard output is for us. It gets a
    session of its own, so that a Ctrl-C reaches it through us only, who wait for what it does then.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        log: Path,
        env: Mapping[str, str] | None = None,
        talks: bool = False,
    ) -> None:
        self._argv = list(argv)
        self._log = log
        self._began = time.perf_counter()
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                self._argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else file,
                stderr=file,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def wait(self) -> float:
        """Wait for its end; return the seconds since its start, or since it was told to go on.

        Raises CouldNotRun when it fails.
        """
        # Waiting with a time limit would look every 50 ms only, and measure that.
        hanging = threading.Timer(PATIENCE, self._process.kill)
        hanging.start()
        try:
            code = self._process.wait()
            seconds = time.perf_counter() - self._began
        finally:
            hanging.cancel()
        if code:
            raise self._failure(f"ended with {code}")
        return seconds

    def hear(self) -> float:
        """Wait for the line that it says; return the seconds since its start.

        Raises CouldNotRun when it ends without a word.
        """
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise self._failure("ended without a word")
        return time.perf_counter() - self._began

    def go_on(self) -> None:
        """Tell it to go on, and start the stopwatch anew."""
        assert self._process.stdin is not None
        self._began = time.perf_counter()
        self._process.stdin.close()

    def end(self) -> None:
        """End it as Ctrl-C does, and harder when that takes too long."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _failure(self, what: str) -> CouldNotRun:
        """Return the error for what it did, with the last lines that it wrote."""
        lines = self._log.read_text(errors="replace").splitlines()[-TAIL:]
        return CouldNotRun("\n    ".join([f"{' '.join(self._argv)}: {what}", *lines]))


def timed(
    argv: Sequence[str], *, cwd: Path, log: Path, env: Mapping[str, str] | None = None
) -> float:
    """Run a child to its end and return the seconds. Raises CouldNotRun when it fails."""
    with Child(argv, cwd=cwd, log=log, env=env) as running:
        return running.wait()

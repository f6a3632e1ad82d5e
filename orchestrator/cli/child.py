"""Runs the tests' command as a child that has the terminal, and its share of the signals."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.cli.session import Session
from orchestrator.errors import CommandNotFound, Interrupted

GRACE = 10.0
"""Seconds that a child has for its own tidying up when it is told to end."""


@dataclass
class Child:
    """The child, once it is there, and what it was told."""

    listening: Session
    process: subprocess.Popen[bytes] | None = field(default=None)
    times: int = 0

    def interrupt(self) -> None:
        """Ctrl-C: the terminal tells the child too, where there is one; we wait for its end."""
        self.times += 1
        if self.process is None:
            return
        if self.times > 1:
            text = f"waiting for process {self.process.pid} to end; then everything is removed"
            self.listening.say(text)
        if not terminal_tells_children():
            self.process.send_signal(signal.SIGINT)

    def end(self, number: int) -> None:
        """Somebody wants us to end: pass it on, and be patient for a while."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run_child(
    argv: Sequence[str], folder: Path, environ: Mapping[str, str], listening: Session
) -> int:
    """Run a command to its end and return its exit code, 128 and the signal's number if killed.

    Raises CommandNotFound; KeyboardInterrupt after Ctrl-C, and Interrupted after another signal,
    both only when the child has ended.
    """
    child = Child(listening)
    with listening.signals.child(child.interrupt):
        try:
            child.process = subprocess.Popen(argv, cwd=folder, env=dict(environ))
            code = child.process.wait()
        except Interrupted as error:
            child.end(error.signal_number)
            raise
        except OSError as error:
            raise CommandNotFound(f"cannot run {argv[0]}: {error.strerror}") from error
    if listening.signals.interrupted:
        listening.signals.end(signal.SIGINT)
    return code if code >= 0 else 128 - code


def terminal_tells_children() -> bool:
    """Whether we are in front on a terminal, whose Ctrl-C then goes to our children too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except (OSError, AttributeError):
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)

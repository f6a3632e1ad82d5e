"""Runs the tests' command as a child that has the terminal, and its share of the signals."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.session import Session
from orchestrator.errors import CommandNotFound, Evidence, StepFailed
from orchestrator.lifecycle.evidence import OVER
from orchestrator.waiting import NOTICE

if TYPE_CHECKING:
    from orchestrator.ci.relaying import Relay

GRACE = 10.0
"""Seconds that a child has for its own tidying up when it is told to end."""


@dataclass(frozen=True)
class Manner:
    """How a child is run: `grace` is how many seconds it has when it is told to end.

    One that is not `patient` has no more after Ctrl-C either. What it writes goes through a
    `relay`, if there is one; then it reads nothing.
    """

    grace: float = GRACE
    patient: bool = True
    relay: Relay | None = None


USUAL = Manner()
"""At the terminal, with all the time that it wants."""


class Child:
    """A command while it runs. What it is told before it is there, it is told then."""

    def __init__(self, listening: Session, manner: Manner = USUAL) -> None:
        self._listening = listening
        self._manner = manner
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._interrupts = 0
        self._killer: threading.Timer | None = None

    def run(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        seconds: float | None = None,
    ) -> int:
        """Start it and wait for its end; returns its exit code, negative if a signal ended it.

        After so many seconds it is told to end, and StepFailed is raised when it has.
        """
        try:
            self._process = process = self._start(argv, folder, environ)
        except OSError as error:
            raise CommandNotFound(f"cannot run {argv[0]}: {error.strerror}") from error
        for number in self._early:
            self._pass_on(number, process)
        try:
            if not ended(process, seconds):
                self._pass_on(signal.SIGTERM, process)
                ended(process)
                raise not_done(argv[0], seconds or 0.0)
            return process.returncode
        finally:
            if self._killer:
                self._killer.cancel()

    def _start(
        self, argv: Sequence[str], folder: Path, environ: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        relay = self._manner.relay
        if relay is None:
            return subprocess.Popen(argv, cwd=folder, env=dict(environ))
        out, err = relay.outlets
        started = subprocess.Popen(
            argv, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        relay.begun()
        return started

    def tell(self, number: int) -> None:
        """Pass a signal on; called from its handler."""
        if self._process is None:
            self._early.append(number)
        else:
            self._pass_on(number, self._process)

    def _pass_on(self, number: int, process: subprocess.Popen[bytes]) -> None:
        if number == signal.SIGINT:
            self._interrupt(process)
            return
        process.send_signal(number)
        self._limit(process)

    def _limit(self, process: subprocess.Popen[bytes]) -> None:
        """Kill it, and all that it has started, when its time is over."""
        if self._killer is None:
            self._killer = threading.Timer(self._manner.grace, kill_family, [process.pid])
            self._killer.daemon = True
            self._killer.start()

    def _interrupt(self, process: subprocess.Popen[bytes]) -> None:
        """Ctrl-C: the terminal tells the child too, where there is one; we wait for its end."""
        self._interrupts += 1
        if self._interrupts > 1:
            text = f"waiting for process {process.pid} to end; then everything is removed"
            self._listening.say(text)
        if not terminal_tells_children():
            process.send_signal(signal.SIGINT)
        if not self._manner.patient:
            self._limit(process)


def ended(process: subprocess.Popen[bytes], seconds: float | None = None) -> bool:
    """Wait for the end of a process, so many seconds at most; whether it has come.

    A signal that arrives just before the system is asked to wait would be noticed only when that
    comes back, and so the system is asked in a thread.
    """
    over = threading.Event()

    def wait() -> None:
        process.wait()
        over.set()

    threading.Thread(target=wait, name="greenroom-child", daemon=True).start()
    until = math.inf if seconds is None else time.monotonic() + seconds
    while not over.wait(min(NOTICE, max(0.0, until - time.monotonic()))):
        if time.monotonic() >= until:
            return over.is_set()
    return True


def run_child(
    argv: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    listening: Session,
    seconds: float | None = None,
    manner: Manner = USUAL,
) -> int:
    """Run a command to its end and return its exit code, 128 and the signal's number if killed.

    Raises CommandNotFound, and StepFailed when it is not done after so many `seconds` (None: it may
    take its time); Ended after Ctrl-C, or another signal. All that only when the child has ended.
    """
    child = Child(listening, manner)
    with listening.signals.passed_on(child.tell):
        code = child.run(argv, folder, environ, seconds)
    return code if code >= 0 else 128 - code


def not_done(program: str, seconds: float) -> StepFailed:
    """Return the error for a command that took too long."""
    return StepFailed(
        f"run {program}",
        f"{program} was not done when {OVER}",
        evidence=Evidence(seconds=seconds),
        hint="give it more time (--timeout), or find out what it waits for",
    )


def kill_family(pid: int) -> None:
    """Kill a process and all that it has started: it had its time to do so itself."""
    import psutil

    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in [*root.children(recursive=True), root]:
            with suppress(psutil.Error):
                process.kill()


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

"""Shows a run in a CI system's log: plain lines, in groups that open and close."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Iterable
from typing import TextIO

from orchestrator.ci.steady import Steady
from orchestrator.ci.tongues import Tongue
from orchestrator.model.event import (
    Collected,
    CommandEnded,
    CommandStarted,
    Event,
    RunKept,
    RunReady,
    RunRemoved,
    StepBroke,
    StepStarted,
)
from orchestrator.model.step_key import REMOVAL, verb
from orchestrator.render.plain import Plain


def stream_of(tongue: Tongue) -> TextIO:
    """Return the stream of ours that the CI system reads; there is nothing that it refuses."""
    stream = sys.stdout if tongue.stream == "stdout" else sys.stderr
    if isinstance(stream, io.TextIOWrapper):
        # Unlike stderr, stdout would refuse what its encoding has no characters for.
        stream.reconfigure(errors="backslashreplace")
    return stream


class Quoted:
    """A stream on which no line is taken for a command of the CI system."""

    def __init__(self, stream: Steady, tongue: Tongue) -> None:
        self._stream = stream
        self._tongue = tongue

    def write(self, text: str) -> int:
        """Write lines, each of them quoted."""
        *lines, rest = text.split("\n")
        quoted = [self._tongue.quoted(line) + "\n" for line in lines]
        return self._stream.write("".join([*quoted, self._tongue.quoted(rest) if rest else ""]))

    def flush(self) -> None:
        """Write all that has been gathered."""
        self._stream.flush()


class History:
    """A display that only remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def show(self, event: Event) -> None:
        """Remember one event."""
        self.events.append(event)

    def say(self, text: str) -> None:
        """Nothing is remembered of what the program says of itself."""

    def close(self) -> None:
        """It stays remembered."""


class InGroups:
    """Shows events as plain lines; what is started, and what is removed, is in a group each.

    What the tests write stands in none, because in a group it would be folded away.
    """

    def __init__(self, stream: Steady, tongue: Tongue, *, verbose: bool = False) -> None:
        self.stream = stream
        self._tongue = tongue
        self._plain = Plain(Quoted(stream, tongue), verbose=verbose)
        self._lock = threading.RLock()
        self._group = ""
        self._well = True
        self._over = False

    def show(self, event: Event) -> None:
        """Show one event, in its group."""
        with self._lock:
            match event:
                case CommandStarted(command=command):
                    self._begin(f"Running {command[0]}", tests=True)
                case CommandEnded() | Collected():
                    self._end()
                case StepStarted(step=step) if verb(step) in REMOVAL and self._over:
                    self._begin("Removing the environment")
                case StepBroke():
                    self._well = False
            self._plain.show(event)
            match event:
                case RunReady() | RunRemoved() | RunKept():
                    self._end()
                    self._over = True
                case StepBroke():
                    self._over = True

    def begin(self, title: str) -> None:
        """Begin a group, unless it is the one that is open."""
        with self._lock:
            self._begin(title)

    def say(self, text: str) -> None:
        """Write a sentence."""
        self._plain.say(text)

    def close(self) -> None:
        """End the group that is open."""
        with self._lock:
            self._end()

    def write(self, lines: Iterable[str]) -> None:
        """Write lines that the CI system is to obey."""
        with self._lock:
            self.stream.write("".join(f"{line}\n" for line in lines))
            self.stream.flush()

    def _begin(self, title: str, *, tests: bool = False) -> None:
        if title == self._group:
            return
        self._end()
        self.write(self._tongue.open(title, time.time(), tests=tests))
        self._group, self._well = title, True

    def _end(self) -> None:
        if self._group:
            self.write(self._tongue.close(time.time(), well=self._well))
            self._group = ""

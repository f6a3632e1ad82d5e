"""Clocks that nearly stand until something has happened, and by which all time is over then.

A test that shows what is said when a few seconds are over needs something to have happened within
them: a service has answered, a container runs. By such a clock it has, however slow the machine is,
and nobody waits for the rest of the time.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

SLOWER = 100
"""So many times slower it is until then."""

AHEAD = 7.0
"""Seconds by which it is ahead of all others from then on: more than those deadlines have."""


class LateClock:
    """The clock of all deadlines in this process, for as long as the test lasts."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._began = time.monotonic()
        self._late = False
        patch.setattr("orchestrator.waiting.time", SimpleNamespace(monotonic=self.now))

    def now(self) -> float:
        real = time.monotonic()
        return real + AHEAD if self._late else self._began + (real - self._began) / SLOWER

    def pass_by(self) -> None:
        """Be late from now on."""
        self._late = True


PROGRAM = """\
#!{python}
import pathlib, sys, time

happened, words = pathlib.Path({happened!r}), {words!r}
late = []

def clock_of(real):
    began = real()

    def now():
        if not late and not (happened.exists() and words in happened.read_text()):
            return began + (real() - began) / {slower}
        late.append(True)
        return real() + {ahead}

    return now

time.monotonic, time.time = clock_of(time.monotonic), clock_of(time.time)

from orchestrator.__main__ import main

sys.exit(main())
"""


def late_greenroom(program: Path, happened: Path, words: str = "") -> None:
    """Write the command with such a clock: it is late once the words are in a file.

    What it says of times is by that clock, too: all of it went by when it was late.
    """
    text = PROGRAM.format(
        python=sys.executable, happened=str(happened), words=words, slower=SLOWER, ahead=AHEAD
    )
    program.write_text(text)
    program.chmod(0o755)

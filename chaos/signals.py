"""Requests to end, at random moments: how long it takes, the exit code, and what is left."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chaos.commands import Command, run
from chaos.kills import phase
from chaos.leftovers import Leftovers
from chaos.matrix import must
from chaos.place import Place

MANIFEST = "twenty"
SESSION = ("run", "--events", "events.jsonl", "--", "env", "-u", "XDG_STATE_HOME", "sleep", "1")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Ending:
    """A signal, and when it comes, in seconds since the command's start."""

    number: signal.Signals
    moment: float

    def __str__(self) -> str:
        return f"signal:{self.number.name}:{self.moment:.3f}"

    @classmethod
    def parse(cls, text: str) -> Ending:
        """Return the signal that a text names: `signal:SIGTERM:1.25`."""
        _, name, moment = text.split(":")
        return cls(signal.Signals[name], float(moment))


@dataclass(frozen=True)
class EndedBy:
    """What came of it: the phase, the seconds from the signal to the end, and what was left."""

    ending: Ending
    phase: str
    seconds: float
    code: int
    left: tuple[str, ...]

    @property
    def well_coded(self) -> bool:
        """Whether the exit code tells of the signal; whoever has done everything may say 0."""
        late = self.phase in ("down", "at its end")
        return self.code == 128 + self.ending.number or (late and self.code == 0)


@dataclass(frozen=True)
class Ender:
    """Sends signals to commands that have twenty containers."""

    folder: Path
    engine: str
    leftovers: Leftovers

    def measure(self) -> float:
        """Return for how many seconds the command runs when nobody disturbs it."""
        place = Place.make(self.folder, MANIFEST)
        try:
            ended = run(SESSION, place, place.environ(self.engine))
            must(ended)
            return ended.seconds
        finally:
            self.leftovers.remove(place)

    def perform(self, ending: Ending) -> EndedBy:
        """Send one signal at its moment."""
        place = Place.make(self.folder, MANIFEST)
        try:
            command = Command(SESSION, place, place.environ(self.engine))
            time.sleep(ending.moment)
            seen, began = phase(place), time.monotonic()
            command.process.send_signal(ending.number)
            code = command.wait().code
            seconds = time.monotonic() - began
            return EndedBy(ending, seen, seconds, code, tuple(self.leftovers.wait(place)[1]))
        finally:
            self.leftovers.remove(place)


def plan(seed: int, rounds: int, whole: float) -> Iterator[Ending]:
    """Yield every signal so many times, the same moments for the same seed and time."""
    chance = random.Random(seed)
    for _ in range(rounds):
        for number in SIGNALS:
            yield Ending(number, chance.uniform(0, whole))

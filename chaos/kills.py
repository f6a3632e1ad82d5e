"""SIGKILL at random moments, and how long it takes until nothing is left."""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chaos.calls import Point
from chaos.commands import LIMIT, Command, run
from chaos.faults import CREATES, HELD
from chaos.leftovers import Leftovers, homes
from chaos.matrix import must
from chaos.place import Place
from chaos.proxy import Proxy, Strike

CONTAINERS = 5
SERVERS = 4
# What the tests start themselves is not Greenroom's, and so it does not look like it.
TESTS = ("run", "--events", "events.jsonl", "--", "env", "-u", "XDG_STATE_HOME", "sleep", "1")
UP, DOWN = ("up", "--events", "events.jsonl"), ("down", "--events", "events.jsonl")
SESSIONS = {"run": (TESTS,), "up+down": (UP, DOWN)}
RUNS_IN_TEN = 7
"""So many of ten trials are a `run`; the others are an `up` and a `down`."""

CONTAINED, HERE = "kill", "kill-here"
"""Of what the killed runs are made: of containers, or of servers of this host."""

MANIFESTS = {CONTAINED: "five", HERE: "servers"}

KILLED = 128 + signal.SIGKILL

PHASES = {"open": "up", "start": "up", "ready": "up", "seed": "seeding"}
PHASES |= {"restore": "up", "template": "seeding", "snapshot": "seeding", "store": "seeding"}
PHASES |= {"remove": "down", "close": "down"}


@dataclass(frozen=True)
class Kill:
    """When to kill, in seconds since the first command's start; or in the middle of a call.

    `kind` is `kill` where there are containers, and `kill-here` where there are servers of this
    host.
    """

    session: str
    moment: float = 0.0
    strike: Strike | None = None
    kind: str = CONTAINED

    def __str__(self) -> str:
        if self.strike:
            return f"{self.kind}:{self.session}:{self.strike.fault.name}:{self.strike.point}"
        return f"{self.kind}:{self.session}:{self.moment:.3f}"

    @classmethod
    def parse(cls, text: str) -> Kill:
        """Return the kill that a text names: `kill:up+down:1.25`."""
        match text.split(":", 3):
            case [kind, session, moment]:
                return cls(session, float(moment), kind=kind)
            case [_, session, name, point]:
                fault = next(fault for fault in HELD if fault.name == name)
                return cls(session, strike=Strike(fault, Point.parse(point)))
        raise ValueError(f"{text} is no kill")


@dataclass(frozen=True)
class Killed:
    """What came of it: the phase that was cut short, and for how long something was left.

    `stands` says that an `up` was killed when it was done, or a `down` before it began, so that all
    is still up, as it should.
    """

    kill: Kill
    phase: str
    seconds: float
    left: tuple[str, ...] = ()
    stands: bool = False


@dataclass(frozen=True)
class Killer:
    """Kills commands; everything else is as in the trials with faults."""

    folder: Path
    engine: Path
    leftovers: Leftovers
    kind: str = CONTAINED

    def measure(self, session: str) -> float:
        """Return for how many seconds a session runs when nobody is killed."""
        place = Place.make(self.folder, MANIFESTS[self.kind])
        environ = place.environ(f"unix://{self.engine}")
        try:
            ended = [run(words, place, environ) for words in SESSIONS[session]]
            for one in ended:
                must(one)
            return sum(one.seconds for one in ended)
        finally:
            self.leftovers.remove(place)

    def perform(self, kill: Kill) -> Killed:
        """Start the session's commands, kill one, and wait until nothing is left."""
        place = Place.make(self.folder, MANIFESTS[kill.kind])
        with Proxy(place.socket, self.engine, kill.strike) as proxy:
            environ = place.environ(proxy.url)
            try:
                words = self._kill(kill, place, proxy, environ)
                return self._judge(kill, words, place, proxy, environ)
            finally:
                self.leftovers.remove(place)

    def _kill(
        self, kill: Kill, place: Place, proxy: Proxy, environ: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Run the commands until one is killed; return which."""
        moment = time.monotonic() + kill.moment
        for words in SESSIONS[kill.session]:
            proxy.count_anew(kill.strike)
            command = Command(words, place, environ)
            if kill.strike:
                proxy.struck.wait(LIMIT)
            if command.wait(max(moment - time.monotonic(), 0.0)).code == KILLED:
                break
        return words

    def _judge(
        self,
        kill: Kill,
        words: tuple[str, ...],
        place: Place,
        proxy: Proxy,
        environ: Mapping[str, str],
    ) -> Killed:
        if words != TESTS and self._stands(kill, words, place, proxy):
            must(run(("down",), place, environ))
            seconds, left = self.leftovers.wait(place)
            return Killed(kill, "before down", seconds, tuple(left), stands=True)
        seconds, left = self.leftovers.wait(place)
        return Killed(kill, phase(place), seconds, tuple(left))

    def _stands(self, kill: Kill, words: tuple[str, ...], place: Place, proxy: Proxy) -> bool:
        """Whether the environment is up, and was to be."""
        if words == UP and phase(place) != "tests":
            return False
        if kill.kind == HERE:
            return phase(place) != "down" and len(homes(place)) == SERVERS
        begun = any(kind.startswith("DELETE") for kind in proxy.calls)
        return not begun and len(self.leftovers.containers(place)) == CONTAINERS


def phase(place: Place) -> str:
    """Return what the command was doing last, by the events that it told."""
    try:
        lines = place.events.read_text().splitlines()
    except OSError:
        return "before its first step"
    names = [one["event"] + " " + one.get("step", "") for one in map(json.loads, lines)]
    if not names:
        return "before its first step"
    event, step = names[-1].split(" ", 1)
    if event in ("RunReady", "CommandStarted"):
        return "tests"
    return PHASES.get(step.partition(" ")[0], "up" if event == "RunStarted" else "at its end")


def plan(seed: int, count: int, whole: Mapping[str, float]) -> Iterator[Kill]:
    """Yield so many kills, the same ones for the same seed and times.

    The first few are right after a create was sent, and before the engine's answer.
    """
    held = [Strike(fault, Point(CREATES, number)) for fault in HELD for number in (1, 3)]
    for strike in held[: max(1, count // 20)]:
        yield Kill("run", strike=strike)
    yield from at_random(seed, count - min(len(held), max(1, count // 20)), whole)


def at_random(
    seed: int, count: int, whole: Mapping[str, float], kind: str = CONTAINED
) -> Iterator[Kill]:
    """Yield so many kills at moments chosen by chance.

    Every second one is in the second half, because most of the time goes by on the way up.
    """
    chance = random.Random(seed)
    for number in range(count):
        session = "run" if chance.randrange(10) < RUNS_IN_TEN else "up+down"
        earliest = whole[session] / 2 if number % 2 else 0.0
        yield Kill(session, chance.uniform(earliest, whole[session]), kind=kind)

"""Every fault at every call of `up`, `down` and `run`: which trials there are, and how one goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chaos.calls import Point, points
from chaos.commands import LIMIT, Ended, run
from chaos.faults import ALL, FAULTS, Fault
from chaos.leftovers import PATIENCE, Leftovers, files
from chaos.place import Place
from chaos.proxy import Proxy, Strike

MANIFEST = "small"
WORDS = {"up": ("up",), "down": ("down",), "run": ("run", "--", "true")}
CURE_PATIENCE = 3.0
"""Seconds that things may need to go after a `greenroom down` that has ended well."""


class Unfit(Exception):
    """Raised when a healthy engine does not do what a trial has to begin with."""


@dataclass(frozen=True)
class Trial:
    """One fault at one call of one command."""

    command: str
    fault: Fault
    point: Point

    def __str__(self) -> str:
        return f"{self.command}:{self.fault.name}:{self.point}"

    @classmethod
    def parse(cls, text: str) -> Trial:
        """Return the trial that a text names: `up:cut-after:POST /containers/create#1`."""
        command, fault, point = text.split(":", 2)
        return cls(command, FAULTS[fault], Point.parse(point))


@dataclass(frozen=True)
class Outcome:
    """What came of a trial.

    `seconds` is how long something was there after the command's end, `left` what was there at the
    end of our patience; `begun` says that something was to be removed already, be it the run's
    folder, without which nobody watches the run; `cured`, that a further `greenroom down` removed
    the rest. `down` is how the one after an `up` ended.
    """

    trial: Trial
    ended: Ended
    reached: bool = True
    begun: bool = False
    seconds: float = 0.0
    left: tuple[str, ...] = ()
    cured: bool = False
    down: Ended | None = None

    @property
    def untouched(self) -> bool:
        """Whether it was a `down` that said that it could not begin: all may be there still."""
        down = self.trial.command == "down"
        return down and not self.begun and not self.ended.hung and self.ended.code != 0


@dataclass(frozen=True)
class Lab:
    """What every trial needs: where its folder goes, the real engine, and who looks afterwards.

    `limit` is how many seconds a command may take.
    """

    folder: Path
    engine: Path
    leftovers: Leftovers
    limit: float = LIMIT

    def count(self, command: str) -> tuple[list[Point], float]:
        """Return the calls of a command that nothing happens to, and its seconds."""
        place = Place.make(self.folder, MANIFEST)
        with Proxy(place.socket, self.engine) as proxy:
            environ = place.environ(proxy.url)
            try:
                prepare(command, place, environ)
                proxy.count_anew()
                ended = run(WORDS[command], place, environ)
                must(ended)
                return points(proxy.calls), ended.seconds
            finally:
                self.leftovers.remove(place)

    def perform(self, trial: Trial) -> Outcome:
        """Do what the trial says, and look at what is left. Raises Unfit."""
        place = Place.make(self.folder, MANIFEST)
        with Proxy(place.socket, self.engine) as proxy:
            environ = place.environ(proxy.url)
            try:
                prepare(trial.command, place, environ)
                proxy.count_anew(Strike(trial.fault, trial.point))
                ended = run(WORDS[trial.command], place, environ, self.limit)
                begun = any(kind.startswith("DELETE") for kind in proxy.calls) or not files(place)
                outcome = Outcome(trial, ended, proxy.struck.is_set(), begun)
                return self._judge(outcome, place, environ)
            finally:
                self.leftovers.remove(place)

    def _judge(self, outcome: Outcome, place: Place, environ: Mapping[str, str]) -> Outcome:
        """Take down what is up, and see what is left, by itself and after another `down`."""
        up = outcome.trial.command == "up" and outcome.ended.code == 0
        down = run(("down",), place, environ) if up else None
        # What may stand is not waited for; but the daemon has to be back for another `down`.
        patience = 2 * outcome.trial.fault.away if outcome.untouched else PATIENCE
        seconds, left = self.leftovers.wait(place, patience)
        cured = False
        if left:
            run(("down",), place, environ)
            cured = not self.leftovers.wait(place, CURE_PATIENCE)[1]
        return replace(outcome, seconds=seconds, left=tuple(left), cured=cured, down=down)


def prepare(command: str, place: Place, environ: Mapping[str, str]) -> None:
    """Bring up what is to be taken down. Raises Unfit."""
    if command == "down":
        must(run(("up",), place, environ))


def must(ended: Ended) -> None:
    """Raise Unfit when a command failed although nothing was done to it."""
    if ended.code:
        raise Unfit(f"a healthy engine, and yet exit code {ended.code}: {ended.output[-2000:]}")


def trials(calls: Mapping[str, Iterable[Point]]) -> list[Trial]:
    """Return every trial there is; `run` only has the calls that `up` has not.

    What hangs comes first, because it takes longest.
    """
    known = set(calls.get("up", ()))
    chosen = {
        command: [point for point in found if command != "run" or point not in known]
        for command, found in calls.items()
    }
    found = [
        Trial(command, fault, point)
        for command, several in chosen.items()
        for point in several
        for fault in ALL
        if fault.fits(point.kind)
    ]
    return sorted(found, key=lambda trial: trial.fault.name != "hang")

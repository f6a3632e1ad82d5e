"""Which seeds have to come after which others."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from orchestrator.checking.findings import Finding, Kind
from orchestrator.checking.holdings import Holdings, difference, named
from orchestrator.checking.narrowing import written
from orchestrator.checking.searching import first
from orchestrator.checking.throw_away import ThrowAway, reason
from orchestrator.errors import StepFailed
from orchestrator.model.resource import Seed


@dataclass(frozen=True)
class Order:
    """The seeds of one resource, of which each is put in earlier than it should be.

    `usual` is what the resource holds after them (None: that is not compared), but for what is
    `unsteady` and differs anyway. Each environment may take `within` seconds: a seed that waits for
    another one's work has failed then.
    """

    away: ThrowAway
    name: str
    seeds: tuple[Seed, ...]
    usual: Holdings | None
    unsteady: Collection[str]
    within: float
    troubles: dict[tuple[int, int], str] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Yield for each seed the nearest one that it has to come after, if there is one."""
        own = written(self.seeds)
        for number in range(1, len(own)):
            if not self.trouble(number, 0):
                continue
            place = self.nearest(number)
            words = f"{own[number]} has to come after {own[place]}: {self.trouble(number, place)}"
            yield Finding(Kind.ORDER, self.name, str(own[number]), words)

    def nearest(self, number: int) -> int:
        """Return the last place before its own at which a seed is in trouble; it is at the first.

        The farther it moves, the more seeds it has moved past.
        """
        return number - first(1, number, lambda steps: bool(self.trouble(number, number - steps)))

    def trouble(self, number: int, place: int) -> str:
        """Return in words what happens when a seed is moved to an earlier place."""
        if (number, place) not in self.troubles:
            self.troubles[number, place] = self.look(number, place)
        return self.troubles[number, place]

    def look(self, number: int, place: int) -> str:
        """Try it, in an environment of its own."""
        own = written(self.seeds)
        databases = self.seeds[: len(self.seeds) - len(own)]
        moved = (*own[:place], own[number], *own[place:number], *own[number + 1 :])
        self.away.tell(f"{self.name}: putting {own[number]} in before {own[place]}")
        result = self.away.attempt(self.name, {self.name: (*databases, *moved)}, self.within)
        if isinstance(result, StepFailed):
            return reason(result)
        things = difference(self.usual, result, self.unsteady)
        return f"the other way round there is other data, in {named(things)}" if things else ""

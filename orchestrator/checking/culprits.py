"""Which seeds make other data each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestrator.checking.findings import Finding, Kind
from orchestrator.checking.holdings import difference, named
from orchestrator.checking.narrowing import written
from orchestrator.checking.searching import first
from orchestrator.checking.throw_away import ThrowAway
from orchestrator.model.resource import Seed


@dataclass(frozen=True)
class Culprits:
    """The seeds of one resource, after all of which these things are `unsteady`.

    Only some of the seeds are put into two environments, until it is known since when they are.
    """

    away: ThrowAway
    name: str
    seeds: tuple[Seed, ...]
    unsteady: frozenset[str]
    looks: dict[int, frozenset[str]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Yield each seed that makes other data, with the things that differ since then."""
        own = written(self.seeds)
        known: frozenset[str] = frozenset()
        number = 0
        while more := self.unsteady - known:
            number = self.begin(number, more)
            things = self.differing(number) & more or more
            words = f"{own[number]} makes other data each time, in {named(things)}"
            yield Finding(Kind.UNREPEATABLE, self.name, str(own[number]), words)
            known |= things
            number = min(number + 1, len(own) - 1)

    def begin(self, low: int, things: frozenset[str]) -> int:
        """Return the number of the first seed, from `low` on, after which some of them differ."""
        last = len(written(self.seeds)) - 1
        return first(low, last, lambda number: bool(self.differing(number) & things))

    def differing(self, number: int) -> frozenset[str]:
        """Return what differs between two environments after the seed of this number."""
        own = written(self.seeds)
        if number == len(own) - 1:
            return self.unsteady
        if number not in self.looks:
            self.away.tell(f"{self.name}: looking twice at what is there after {own[number]}")
            before = len(self.seeds) - len(own)
            some = {self.name: self.seeds[: before + number + 1]}
            one, other = (self.away.look(some)[self.name] for _ in range(2))
            self.looks[number] = difference(one, other)
        return self.looks[number]

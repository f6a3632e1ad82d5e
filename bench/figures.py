"""What the seconds of many rounds come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

SMALL = 0.1
"""Seconds below which one speaks of milliseconds."""


@dataclass(frozen=True)
class Limit:
    """How much more than the floor somebody may take: so many seconds, or so many times."""

    phase: str
    contender: str = "greenroom"
    plus: float | None = None
    times: float | None = None

    def __str__(self) -> str:
        if self.plus is None:
            return f"{self.times:.2f} x floor"
        fine = self.plus < SMALL
        return f"floor + {self.plus * 1000:.0f} ms" if fine else f"floor + {self.plus:.2f} s"

    def holds(self, figure: Figure) -> bool:
        """Whether the limit is kept."""
        if self.plus is not None:
            return figure.difference <= self.plus
        assert self.times is not None
        return figure.ratio <= self.times


@dataclass(frozen=True)
class Figure:
    """One contender's times in one phase, in seconds, beside the floor's of the same rounds.

    Difference and ratio are medians over pairs of the same round, so that a slow round counts on
    both sides.
    """

    own: Sequence[float]
    floor: Sequence[float]

    @property
    def least(self) -> float:
        """The quickest round."""
        return min(self.own)

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.own)

    @property
    def most(self) -> float:
        """The slowest round."""
        return max(self.own)

    @property
    def difference(self) -> float:
        """Seconds more than the floor."""
        return median(own - floor for own, floor in zip(self.own, self.floor, strict=True))

    @property
    def ratio(self) -> float:
        """Times the floor."""
        return median(own / floor for own, floor in zip(self.own, self.floor, strict=True))

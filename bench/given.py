"""What a case is given when it makes its contenders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Given:
    """A folder to use, whom to tell what is noteworthy, and how many tests there are to be.

    `tests` is None where each case has its own number.
    """

    folder: Path
    tell: Tell
    tests: int | None = None

    def number(self, most: int) -> int:
        """Return how many tests, where there are `most` by itself."""
        return min(self.tests or most, most)

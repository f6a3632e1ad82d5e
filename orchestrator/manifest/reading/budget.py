"""How much a manifest may become, so that a small text with aliases cannot fill the memory."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.syntax import DEEPEST, MOST_VALUES

_CHARACTERS = 256
"""So many characters of text count as one more value."""


@dataclass
class Budget:
    """Counts values as they are produced, and ends the reading when there are too many.

    `before` are those of the files that were read earlier, which count as well.
    """

    mistakes: Mistakes
    spent: int = 0
    before: int = 0

    def spend(self, path: Path, text: str = "", *, values: int = 1) -> None:
        """Account for values at `path`; raises ManifestError if they are too many or too deep."""
        self.spent += values + len(text) // _CHARACTERS
        if self.spent > MOST_VALUES:
            self._end(path[:1], f"the aliases in here make more than {MOST_VALUES:,} values")
        if self.spent + self.before > MOST_VALUES:
            self._end(path[:1], f"all that is included has more than {MOST_VALUES:,} values")
        if len(path) > DEEPEST:
            self._end(path[:1], f"values cannot be nested more than {DEEPEST} deep")

    def _end(self, path: Path, message: str) -> None:
        self.mistakes.add(path, message)
        raise self.mistakes.error()

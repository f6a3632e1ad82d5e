"""Files of which none is to keep another from being written, or to hide the first error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.render.failing import DEBUG


@dataclass
class Unwritten:
    """What could not be written, by the reason: a full disk is told once, and not for each file."""

    names: dict[str, list[str]] = field(default_factory=dict)

    @contextmanager
    def writing(self, name: str) -> Iterator[None]:
        """Note it when the block cannot write a file; with GREENROOM_DEBUG, that is raised."""
        try:
            yield
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            self.note(name, error)

    def note(self, name: str, error: Exception) -> None:
        """Note why something could not be written, or not to its end."""
        words = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        names = self.names.setdefault(words, [])
        if name not in names:
            names.append(name)

    def tell(self, notice: Callable[[str], None], whose: str = "") -> None:
        """Tell what is missing, in a sentence for each reason."""
        for words, names in self.names.items():
            notice(f"not all artifacts{whose} could be kept: {words} ({', '.join(names)})")

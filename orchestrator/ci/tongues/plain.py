"""Where no CI system is known to listen: titles in the log, and nothing else."""

# ruff: noqa: ARG002 - the protocol's arguments, of which it needs few

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.ci.tongues.tongue import Deed, Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record


@dataclass
class Plain:
    """Speaks to nobody in particular."""

    name: str = ""
    stream: Stream = "stderr"

    def hide(self, secrets: Iterable[str]) -> list[Deed]:
        """Nobody hides anything; Greenroom's own mask does."""
        return []

    def open(
        self, title: str, at: float, *, tests: bool = False, folded: bool = False
    ) -> list[str]:
        """Return the title, so that it stands out."""
        return [f"== {printable(title)}"]

    def close(self, at: float, *, well: bool = True) -> list[str]:
        """The next title ends it."""
        return []

    def quoted(self, line: str) -> str:
        """Nothing in a line can be a command."""
        return line

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:
        """Nobody is to be told; the failure is printed anyway."""
        return []

"""What a CI system is told, as values: text goes in, and what is to be said and done comes out.

A tongue does nothing itself. Whoever runs the job writes its lines to `stream`, in order and each
in one piece, and performs its deeds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from orchestrator.ci.fitting import fitted

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True)
class Say:
    """Write these lines to the tongue's stream."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Append:
    """Write a text behind what is in a file already, which may hold `limit` bytes in all."""

    path: str
    text: str
    limit: int | None = None

    def behind(self, size: int) -> str:
        """Return what of the text is to be written where `size` bytes are in the file already."""
        return self.text if self.limit is None else fitted(self.text, self.limit - size)


@dataclass(frozen=True)
class Call:
    """Run a program of the CI system with this text on its standard input."""

    argv: tuple[str, ...]
    stdin: str = ""


Deed = Say | Append | Call


class Tongue(Protocol):
    """How one CI system wants to be spoken to.

    `name` is empty for the plain one. `stream` is where the system reads commands; all that
    Greenroom writes goes there, so that lines and groups keep their order. Groups do not nest.
    """

    @property
    def name(self) -> str:
        """The system's, as the record has it: `github`; empty for none that is known."""
        ...

    @property
    def stream(self) -> Stream:
        """Where its commands are read from."""
        ...

    def hide(self, secrets: Iterable[str]) -> list[Deed]:
        """Make the system itself hide these; to be done before anything else is written."""
        ...

    def open(
        self, title: str, at: float, *, tests: bool = False, folded: bool = False
    ) -> list[str]:
        """Begin a group, at this Unix time; it is the tests' if their command's output is in it.

        Of that, people want to see everything, unless it is to be `folded` because all went well,
        and it may hold commands of its own. In any other
        group nobody but the tongue has anything to tell the system.
        """
        ...

    def close(self, at: float, *, well: bool = True) -> list[str]:
        """End the group that is open, if one is; also on the way out after a failure."""
        ...

    def quoted(self, line: str) -> str:
        """Return a line of Greenroom's such that the system shows it and takes it for no command.

        What the tests' command writes is not quoted: it may well mean to speak to the system.
        """
        ...

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:
        """Return what the system is told of a run that is over; `summary` is in Markdown."""
        ...

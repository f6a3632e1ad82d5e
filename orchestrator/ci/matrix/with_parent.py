"""What the run of one combination does differently, because another process has started it."""

# ruff: noqa: ARG002 - the protocol's arguments, of which it needs few

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.ci.tongues import Deed, Tongue
from orchestrator.ci.tongues.tongue import Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record


@dataclass
class Within:
    """Speaks within a group that another process opens and closes, and leaves the telling to it.

    That process has also said what is to be hidden: what we write is kept, and no secret may be in
    it, not even where the system is told to hide it.
    """

    tongue: Tongue

    @property
    def name(self) -> str:
        """The system's."""
        return self.tongue.name

    @property
    def stream(self) -> Stream:
        """Where its commands are read from."""
        return self.tongue.stream

    def hide(self, secrets: Iterable[str]) -> list[Deed]:
        """The other process has done so already."""
        return []

    def open(
        self, title: str, at: float, *, tests: bool = False, folded: bool = False
    ) -> list[str]:
        """Return the title; groups do not nest."""
        return [self.quoted(f"-- {printable(title)}")]

    def close(self, at: float, *, well: bool = True) -> list[str]:
        """The next title ends it."""
        return []

    def quoted(self, line: str) -> str:
        """Return a line that the system takes for no command."""
        return self.tongue.quoted(line)

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:
        """The other process tells of all runs together."""
        return []


def end_with_parent() -> None:
    """From now on, end in order when the process that has started us is gone.

    Its end of the pipe that is our stdin is closed then. Nothing that we start reads from there.
    """
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="greenroom-parent", daemon=True).start()

"""What shows events: chosen by where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TextIO

from orchestrator.model.event import Event


class Display(Protocol):
    """Shows events. `show` may be called from any thread."""

    def show(self, event: Event) -> None:
        """Show one event."""

    def say(self, text: str) -> None:
        """Show a sentence of the program itself; takes no lock, as signal handlers call it."""

    def close(self) -> None:
        """Leave what was shown in its last state."""


def display(stream: TextIO, environ: Mapping[str, str], *, verbose: bool = False) -> Display:
    """Return a live display for a terminal, and plain lines for everything else.

    `verbose` is for plain lines too: what keeps being overwritten cannot be read afterwards.
    """
    if verbose or not lively(stream, environ):
        from orchestrator.render.plain import Plain

        return Plain(stream, verbose=verbose)
    # Imported here: rich costs more time than all the rest of the program.
    from orchestrator.render.terminal import Terminal

    return Terminal(stream)


def lively(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether lines can be overwritten there; many CI systems have a terminal that only grows."""
    capable = environ.get("TERM", "") not in ("", "dumb") and not environ.get("CI")
    return capable and stream.isatty()

"""Mistakes in a seed, collected until all of them can be told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from orchestrator.model.conversation import SeedRefused

Given = TypeVar("Given")
Made = TypeVar("Made")

MOST = 50
"""Mistakes after which nobody looks for more: then the file is of another kind."""


class Refusals:
    """Reads one thing after the other, and raises what is wrong with any of them at the end."""

    def __init__(self) -> None:
        self._found: list[SeedRefused] = []

    def read(self, read: Callable[[], Made], instead: Made) -> Made:
        """Return what is read, or this instead of what is wrong. Raises it for too many."""
        try:
            return read()
        except SeedRefused as refused:
            self.note(refused)
            return instead

    def note(self, refused: SeedRefused) -> None:
        """Note a mistake, or several. Raises SeedRefused for too many."""
        self._found += refused.each
        if len(self._found) >= MOST:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise one SeedRefused, with all that was found, if anything was."""
        if self._found:
            first, *others = self._found[:MOST]
            raise SeedRefused(first.line, first.message, first.column, tuple(others))


def each(given: Iterable[Given], read: Callable[[Given], Made]) -> list[Made]:
    """Return what each of these is, in their order. Raises SeedRefused for all that are wrong."""
    refusals, made = Refusals(), list[Made]()
    try:
        for one in given:
            try:
                made.append(read(one))
            except SeedRefused as refused:
                refusals.note(refused)
    except SeedRefused as refused:
        # Whoever gives them could not go on.
        refusals.note(refused)
    refusals.raise_if_any()
    return made

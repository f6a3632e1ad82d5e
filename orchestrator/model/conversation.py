"""A protocol spoken without input or output: what is to be sent, and what comes back."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass


@dataclass(frozen=True)
class Credentials:
    """How one gets in: what an address shows between `//` and the end, besides host and port."""

    user: str
    password: str
    database: str


@dataclass(frozen=True)
class Send:
    """In a conversation: send these bytes."""

    data: bytes


@dataclass(frozen=True)
class ReadLine:
    """In a conversation: the next line comes back, without its CR LF."""


@dataclass(frozen=True)
class ReadExactly:
    """In a conversation: exactly `size` bytes come back."""

    size: int


@dataclass(frozen=True)
class Redial:
    """In a conversation: hang up and connect anew, because the server has said its last word."""


Exchange = Send | ReadLine | ReadExactly | Redial


Conversation = Generator[Exchange, bytes, None]
"""A protocol spoken without input or output: yields what to do, is sent what came back."""


class SeedRefused(Exception):
    """Raised for what cannot be put in: by a server, or by us, who cannot make anything of it.

    It stands at `line` and `column`, counted from 1; 0 means that nobody knows. `others` are
    further mistakes in the same file, where all were looked for.
    """

    def __init__(
        self, line: int, message: str, column: int = 0, others: tuple[SeedRefused, ...] = ()
    ) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message
        self.others = others

    @property
    def each(self) -> tuple[SeedRefused, ...]:
        """All of them, this one first."""
        return (self, *self.others)


class SliceRefused(Exception):
    """Raised inside a conversation about slices: the server refused, in these words."""

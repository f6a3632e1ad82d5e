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
    """Raised inside a conversation: the server refused what stands at `line` (0: at none)."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class SliceRefused(Exception):
    """Raised inside a conversation about slices: the server refused, in these words."""

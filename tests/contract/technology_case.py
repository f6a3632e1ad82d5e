"""What the suite has to know of a technology, so that it can ask the same of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Query = Callable[[str], object]
"""Connects to an address, at once and without another try, and asks something."""


@dataclass(frozen=True)
class Inside:
    """The address that a script beside the server is told: a container's own, or the host's."""

    host: str
    port: int


@dataclass(frozen=True)
class BadSeed:
    """A seed that the server refuses, and what the failure must say."""

    name: str
    content: bytes
    words: str


@dataclass(frozen=True)
class TechnologyCase:
    """What the suite has to know of a technology.

    `hello` is any query; `good` are seed files in order; `seeded` asks what came of them, and
    `expected` is the answer. `function` is the body of a Python seed and `script` of a shell one;
    both leave something that `seeded` sees too. What they leave tells the address they were told.
    `seeded` is given the resource's field `seen_at`, everything else its address.
    With `short`, tests of what is the same for all technologies leave it out: others show it.
    """

    use: str
    section: str
    hello: Query
    good: dict[str, bytes]
    function: str
    script: str
    seeded: Query
    expected: Callable[[Inside], object]
    bad: tuple[BadSeed, ...]
    settings: dict[str, object] = field(default_factory=dict)
    seen_at: str = "url"
    short: bool = False

    @property
    def name(self) -> str:
        """The technology's name."""
        return self.use.partition(":")[0]

"""How one server gives each test a private copy of its seeded state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.model.conversation import Conversation, Credentials


@dataclass(frozen=True)
class Seeded:
    """What slices are copies of: how one gets into the shared resource, and all its databases.

    `copies` is what the names of copies begin with, where that is not the database's own name.
    """

    access: Credentials
    databases: tuple[str, ...] = ()
    copies: str = ""

    def stem(self, database: str) -> str:
        """Return what the names of this database's copies begin with."""
        return self.copies or database


@dataclass(frozen=True)
class Slicing:
    """How one server gives each test a private copy of its seeded state.

    The seeded state is copied once into a *template*, which nobody uses, so that nobody can change
    it; a slice is a copy of that, and so is the shared state after a reset. All of it is spoken
    in conversations: with the `client`, which is run beside the server and stays open (both its
    output streams come back as one), or, where that is empty, with the server's port.

    `greet` comes first on every connection. `template` makes the template of what has been seeded,
    `make` makes these slices, `drop` removes them, one that is gone already is fine; `reset` brings
    the shared state back, and closes the connections of others where they would hinder it. All
    raise SliceRefused. `access` is how one gets into the slice of a number, from 1 to `most`.
    `args`, `files` and `tmpfs` are added to a server that is sliced, whose databases cannot have
    the names that are `taken`. Conversations about making and removing may be held on as many
    connections as `at_once` says, at the same time. Where there are snapshots, the template is a
    part of their data. What is `pooled` stays when it is dropped, and is brought back to its seeded
    state when its number is used again.
    """

    access: Callable[[Credentials, int], Credentials]
    most: int
    greet: Callable[[Seeded], Conversation]
    template: Callable[[Seeded], Conversation]
    make: Callable[[Seeded, Sequence[Credentials]], Conversation]
    drop: Callable[[Seeded, Sequence[Credentials]], Conversation]
    reset: Callable[[Seeded], Conversation]
    client: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    tmpfs: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    pooled: bool = False
    at_once: int = 1

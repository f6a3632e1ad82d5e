"""How RabbitMQ gives each test a virtual host of its own, with all that was declared in the shared.

Another virtual host, the template, keeps what was declared, users' permissions included. Messages
are not copied: a queue has no way to be read that leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.conversation import Conversation, Credentials, Send, SliceRefused
from orchestrator.model.slicing import Seeded, Slicing
from orchestrator.technologies.parts.lines import said_until
from orchestrator.technologies.parts.rabbitmq_session import DONE, SESSION, WORDS

DEFAULT = "/"

LONGEST = 200
"""Characters of a virtual host's name that its copies' names begin with; 255 bytes is the most."""

MOST = 250
"""Slices that may live at once; for each that does, the next takes half a millisecond longer."""


def stem(vhost: str) -> str:
    """Return what the names of a virtual host's copies begin with; they are to be seen as ours."""
    return "greenroom" if vhost == DEFAULT else vhost[:LONGEST]


def access(shared: Credentials, number: int) -> Credentials:
    """Return how one gets into the slice of this number: as the same user, into its own host."""
    return Credentials(shared.user, shared.password, f"{stem(shared.database)}-s{number}")


def template_of(database: str) -> str:
    """Return the name of the template of a virtual host."""
    return f"{stem(database)}-template"


def binary(text: str) -> str:
    """Return a text as a binary in Erlang, which no character of it can get out of."""
    return f"<<{','.join(map(str, text.encode()))}>>"


def run(expressions: str) -> Conversation:
    """Let the broker evaluate these. Raises SliceRefused with what it said instead of `ok`."""
    yield Send(f"{WORDS}{expressions}, ok.\n".encode())
    said = yield from said_until(DONE)
    if said:
        raise SliceRefused(b"\n".join(said).decode(errors="replace"))


def greet(_seeded: Seeded) -> Conversation:
    """See whether the session reaches the broker."""
    yield from run("ok")


def template(seeded: Seeded) -> Conversation:
    """Copy what has been declared to a virtual host that nobody uses."""
    for database in seeded.databases:
        name = binary(template_of(database))
        yield from run(f"Make([{name}], {binary(database)})")


def make(seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Make the virtual hosts, and declare there what the template has."""
    source = binary(template_of(seeded.databases[0]))
    names = ", ".join(binary(one.database) for one in slices)
    yield from run(f"Make([{names}], {source})")


def drop(_seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Remove the virtual hosts; connections to them are closed."""
    names = ", ".join(binary(one.database) for one in slices)
    yield from run(f"lists:foreach(Remove, [{names}])")


def reset(seeded: Seeded) -> Conversation:
    """Empty the shared virtual host and declare everything anew; connections to it are closed."""
    for database in seeded.databases:
        source = binary(template_of(database))
        yield from run(f"Reset({binary(database)}, {source})")


SLICING = Slicing(
    access=access,
    most=MOST,
    client=SESSION,
    greet=greet,
    template=template,
    make=make,
    drop=drop,
    reset=reset,
    # Each declaration is written to the disk at once, which takes a busy one ten times as long.
    tmpfs=("/var/lib/rabbitmq:mode=1777",),
)

"""How one deals with a server that runs already, somewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

from orchestrator.model.conversation import Conversation, Credentials, Exchange
from orchestrator.model.probe import Readiness


@dataclass(frozen=True)
class Command:
    """Words for a client program of this host, which prints why when it does not end well."""

    argv: tuple[str, ...]
    stdin: bytes = b""


Claim = Generator[Exchange, bytes, str]
"""A conversation that makes something, and returns its name."""


@dataclass(frozen=True)
class OwnPlace:
    """How a run gets a place for itself on a server that it did not start, and how that goes again.

    `what` says what it is. `make` makes it under a name that no other run has, as a client's
    command, or in a conversation with the server's port, which returns the name that it has there.
    `drop` removes that and every copy of it that was made for slices; what is gone already, or was
    never made, is fine. Both get what leads into what was given; they may raise SliceRefused. One
    that is `named_by_server` has another name than it was to have.
    """

    what: str
    make: Callable[[Credentials, str], Command | Claim]
    drop: Callable[[Credentials, str], Command | Conversation]
    named_by_server: bool = False


GIVEN_DATABASE = "GIVEN_DATABASE"
"""Tells clients of a run with a place of its own which database it was given: it is always there.

Sessions that make copies cannot be in what they copy.
"""


@dataclass(frozen=True)
class Adoption:
    """How one deals with a server that runs already, somewhere.

    Its address begins with one of `schemes`; where the server speaks TLS from the first byte, with
    one of `secure`, and then Greenroom can only see whether the port accepts. With `needs_user` it
    has to say as whom one gets in. `readiness` gets that, and the address's query. `database` is
    what an address without one means (None: it must name one), `database_form` a pattern for it
    with words.

    What is said to the server by its clients is said by programs of this host: `tools`, without
    which nothing can be seeded or sliced, looked for where its `Native` is, and provided by
    `packages`. `client`, `client_env` and `files` lead them to the server, as for a `Native`, with
    `scripts` besides; `query_env` are variables for what the query says.

    `own` is the place that a run makes for itself, None where there is no such thing. `sliced`
    tells that slices can be made there. `unseeded` are endings of files that cannot be put in from
    outside, each with the reason.
    """

    schemes: tuple[str, ...]
    readiness: Callable[[Credentials, Mapping[str, str]], Readiness]
    secure: tuple[str, ...] = ()
    needs_user: bool = False
    database: str | None = None
    database_form: tuple[str, str] | None = None
    tools: tuple[str, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    client: tuple[str, ...] = ()
    client_env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    query_env: Mapping[str, str] = field(default_factory=dict)
    own: OwnPlace | None = None
    sliced: bool = False
    unseeded: Mapping[str, str] = field(default_factory=dict)

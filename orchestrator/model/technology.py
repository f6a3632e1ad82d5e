"""What a technology is: a value that says what Postgres *is*, with no behaviour of its own.

Texts in it are templates over the resource itself (`${self.user}`, `${self.password}`), so that one
language serves the manifest and the technologies.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from orchestrator.model.probe import Readiness


@dataclass(frozen=True)
class Credentials:
    """How one gets in: what an address shows between `//` and the end, besides host and port."""

    user: str
    password: str
    database: str


@dataclass(frozen=True)
class SeedHead:
    """What a loader may know of a file beforehand: its name without endings, its first line."""

    stem: str
    first_line: str = ""


@dataclass(frozen=True)
class ExecLoader:
    """Seed by a command run beside the server, with the file's bytes on its standard input.

    `argv` makes the command, as a list; `unpack` undoes a compression on the way (`gzip`);
    `reads_head` says that `argv` needs the first line; `translate` makes of the file's bytes what
    the command is to read, and may raise SeedRefused. `location` is a pattern for what the
    command's messages call a place in its input, and `place` says it in our words: `{file}` is the
    file's name, and the pattern's groups are there under their own. `proof` returns what goes
    behind the file, so that the command prints the given word when it has come to the end: a
    connection that was cut looks like the end of the file to it, and half a file might seem to go
    well.
    """

    argv: Callable[[SeedHead], tuple[str, ...]]
    unpack: Literal["", "gzip"] = ""
    reads_head: bool = False
    translate: Callable[[SeedHead, Iterator[bytes]], Iterator[bytes]] | None = None
    location: str = ""
    place: str = "{file}"
    proof: Callable[[str], bytes] | None = None


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


Exchange = Send | ReadLine | ReadExactly

Conversation = Generator[Exchange, bytes, None]
"""A protocol spoken without input or output: yields what to do, is sent what came back."""


class SeedRefused(Exception):
    """Raised inside a conversation: the server refused what stands at `line` (0: at none)."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True)
class WireLoader:
    """Seed by speaking the server's own protocol from outside, for images without a client."""

    talk: Callable[[Iterator[bytes], Credentials], Conversation]


Loader = ExecLoader | WireLoader


@dataclass(frozen=True)
class Technology:
    """What is needed to run, reach, wait for and seed one kind of server.

    `image` and `version` make the default image, `versions` documents nothing but is what `use:
    name:version` puts in the version's place. `url` is the address; its user, password and database
    are percent-encoded. `fields` are further ones under their own names. `command` replaces the
    image's (None: it stays, unless the manifest gives `args`, which then follow `program`).
    `fixed_user` says that there cannot be another user, `has_databases` that there is something to
    be named in an address's path; `database` is its default name (None: the resource's own), and
    `database_form` a pattern that such names must match, with words for it; `user_form` and
    `password_form` are the same for users and passwords. `files` are put in before the start, by
    their paths inside; what the references in them stand for is escaped as between the quotation
    marks of JSON.
    `readiness` gets the user and the database. `client` is the interactive client that `greenroom
    shell` opens, `client_env` what makes it and other clients find the server and get in.
    `create_database` makes the command that makes one more database.
    """

    name: str
    section: Literal["databases", "brokers"]
    image: str
    version: str
    port: int
    url: str
    readiness: Callable[[str, str], Readiness]
    program: str
    command: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    user: str = "greenroom"
    fixed_user: bool = False
    database: str | None = None
    has_databases: bool = True
    database_form: tuple[str, str] | None = None
    user_form: tuple[str, str] | None = None
    password_form: tuple[str, str] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    client: tuple[str, ...] = ()
    client_env: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, Loader] = field(default_factory=dict)
    create_database: Callable[[str], tuple[str, ...]] | None = None

    @property
    def field_names(self) -> tuple[str, ...]:
        """What may be asked of it besides its address: how one gets in, then its own fields."""
        database = ("database",) if self.has_databases else ()
        return ("user", "password", *database, *self.fields)

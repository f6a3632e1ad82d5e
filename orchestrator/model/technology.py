"""What a technology is: a value that says what Postgres *is*, with no behaviour of its own.

Texts in it are templates over the resource itself (`${self.user}`, `${self.password}`), so that one
language serves the manifest and the technologies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
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


Cell = str | bool | None
"""One value of a row: a text in the server's own spelling, true or false, or NULL."""


@dataclass(frozen=True)
class Batch:
    """Rows of one table that name the same columns, in their order."""

    table: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Cell, ...]]


@dataclass(frozen=True)
class RowsLoader:
    """Seed by rows that a file lists or describes, in whatever format; only the client is named.

    One command, `argv`, is run beside the server and gets all batches of a file on its standard
    input. `put` says a batch in the command's language, in pieces, so that no batch has to fit into
    memory. `proof` is that of an `ExecLoader`. `place` finds in the command's words where it has
    stopped: its group `line` is the number of a line of the standard input. Where the words count
    the rows of a batch from 1 as well, that is the group `row` (no match: the first is told);
    without such a group in the pattern, a batch must have one line for each row, and no others.
    """

    argv: tuple[str, ...]
    put: Callable[[Batch], Iterator[str]]
    proof: Callable[[str], bytes]
    place: re.Pattern[str]


ROWS = (".json", ".yaml", ".yml")
"""Endings of files that list rows."""

GENERATED = (".generate.yaml", ".generate.yml")
"""Endings of files that describe rows, which are generated."""


def rows_by(loader: RowsLoader) -> dict[str, RowsLoader]:
    """Return what a technology adds to its `seeds` to take rows in every format there is."""
    return dict.fromkeys((*ROWS, *GENERATED), loader)


Loader = ExecLoader | WireLoader | RowsLoader


class SliceRefused(Exception):
    """Raised inside a conversation about slices: the server refused, in these words."""


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


@dataclass(frozen=True)
class Snapshotting:
    """How a server's seeded data is copied aside, and how a server starts from the copy.

    `copy` is a shell script, run beside the server as soon as it is seeded, with `$1` the folder
    to be made: it leaves there a whole and consistent copy of the data, owned by `user`. From then
    on the server is started as `user` and without the image's entry point, which would only find
    out that there is nothing to initialise. `start` is the end of a shell script that becomes the
    server, `"$@"`, with its data in `$data`. `form` changes whenever a copy that was made before
    would not do any more.
    """

    copy: str
    user: str
    start: str
    form: int = 1


@dataclass(frozen=True)
class Wheel:
    """A package of the Python package index that brings programs.

    They are in `folder` (a pattern, as of `glob`) of its module, or, where it has no module, among
    the scripts of the interpreter that it is installed for.
    """

    package: str
    module: str = ""
    folder: str = ""


NATIVE_DATA = "data"
"""Where in a server's folder its data is."""

NATIVE_TEMPORARY = "tmp"
"""Where in a server's folder it puts what is temporary: some remove what others have in /tmp."""

PROGRAMS = "bin"
"""Where in a server's folder the programs are that stand before all others of the same name."""


@dataclass(frozen=True)
class Native:
    """How a server runs as a process of this host, in a folder of its own, without a container.

    `servers` are the names that its program may have, `tools` the other programs that it cannot do
    without, `backup` one that only snapshots need. They are looked for on the PATH, then in
    `places` (patterns, as of `glob`), then in the `wheel`; `shadowed` is what must not be taken,
    however early it is found. `version` finds the version in what the program prints when asked by
    `asks`; without such words, in its own path. `packages` says what provides it, by the
    installer's name.

    `command` starts it, told by references where it is to listen, and `env` and `files` are its
    settings: files by their names in its folder, in which what references stand for is escaped as
    between the quotation marks of JSON. `scripts` are such files too, but programs. `prepare` is a
    shell script that makes its data in that folder; the server's command is `"$@"` to it, and is
    run when it has come to its end. What a container's files say is put in its folder too. Its data
    is in `data` there, restored from a snapshot before it starts. `client` and `client_env` stand
    in the place of, and beside, the technology's own. `ports` are names of more ports that it needs
    for itself. With `refuses_root` it is never run as root. `stop` is the signal that ends it at
    once, sent to itself alone; without one everything of it is killed, as a container is.
    """

    servers: tuple[str, ...]
    command: tuple[str, ...]
    version: str
    asks: tuple[str, ...] = ("--version",)
    tools: tuple[str, ...] = ()
    backup: str = ""
    places: tuple[str, ...] = ()
    shadowed: tuple[str, ...] = ()
    wheel: Wheel | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    prepare: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    client: tuple[str, ...] = ()
    client_env: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    refuses_root: bool = False
    stop: str = ""


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


@dataclass(frozen=True)
class Content:
    """What is in a server, to be compared: a command beside it, for each of its databases.

    It gets `stdin`, and prints a line for each thing that can differ: what it is called, a tab, and
    a digest that is the same wherever the same seeds were put in. A thing within another one is
    called `OTHER.NAME`.
    """

    look: Callable[[str], tuple[str, ...]]
    stdin: bytes = b""


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
    `create_database` makes the command that makes one more database. `slicing` is how tests get
    a part of their own, `snapshotting` how the seeded state is kept; None: not at all.
    `content` is how what two servers hold is compared. `native` is how it runs without a container,
    `adoption` how one deals with one that runs already.
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
    slicing: Slicing | None = None
    snapshotting: Snapshotting | None = None
    content: Content | None = None
    native: Native | None = None
    adoption: Adoption | None = None

    @property
    def field_names(self) -> tuple[str, ...]:
        """What may be asked of it besides its address: how one gets in, then its own fields."""
        database = ("database",) if self.has_databases else ()
        return ("user", "password", *database, *self.fields)

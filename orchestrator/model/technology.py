"""What a technology is: a value that says what Postgres *is*, with no behaviour of its own.

Texts in it are templates over the resource itself (`${self.user}`, `${self.password}`), so that one
language serves the manifest and the technologies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from orchestrator.model.adoption import Adoption
from orchestrator.model.loader import Loader
from orchestrator.model.native import Native
from orchestrator.model.probe import Readiness
from orchestrator.model.slicing import Slicing


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
    `unset` is what the image itself takes for a user, password or database that nobody names, where
    `${self.user}` is the same as the user.
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
    unset: Mapping[str, str] = field(default_factory=dict)
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

"""What a technology is: a value that says what Postgres *is*, with no behaviour of its own.

Texts in it are templates over the resource itself (`${self.user}`, `${self.password}`), so that one
language serves the manifest and the technologies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from orchestrator.model.adoption import Adoption
from orchestrator.model.conversation import Conversation, Credentials
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


Order = tuple[str, ...] | Callable[[Credentials], Conversation]
"""Something a server is told: by a command beside it, or in a conversation with its port."""


@dataclass(frozen=True)
class Setup:
    """What a server is told as soon as it is ready, before anything is put in: its first seed.

    `label` says in a word or two what that is, such as `replica set`.
    """

    label: str
    order: Order


@dataclass(frozen=True)
class MorePort:
    """One more port of a server, with the address to which it leads, in the words of `url`.

    References to `host` and `port` in that address mean this port.
    """

    number: int
    url: str = "http://${self.host}:${self.port}"


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

    `image` and `version` make the default image; `use: name:version` puts another in the version's
    place. `url` is the address; its user, password and database are percent-encoded. `fields` are
    further ones under their own names. `command` replaces the image's (None: it stays, unless the
    manifest gives `args`, which then follow `program`, if it has such). `inside` is the port at
    which other containers reach it, where that is not `port`: some servers tell their clients where
    to go on. `more_ports` are others that it has, by name.

    `has_users` says that one gets in with a user and a password, `fixed_user` that there cannot be
    another user, `has_databases` that there is something to be named in an address's path;
    `database` is its default name (None: the resource's own), and `database_form` a pattern that
    such names must match, with words for it; `user_form` and `password_form` are the same for users
    and passwords. `files` are put in before the start, by their paths inside; what the references
    in them stand for is escaped as between the quotation marks of JSON. `unset` is what the image
    itself takes for a user, password or database that nobody names; `${self.user}` there is the
    same as the user.

    `readiness` gets the user and the database. `client` is the interactive client that `greenroom
    shell` opens, `client_env` what makes it and other clients find the server and get in. `setup`
    is what every such server is told once it is ready. `create_database` makes the order that makes
    one more database; with `creates_all` the first one is made so too. `slicing` is how tests get a
    part of their own, `snapshotting` how the seeded state is kept; None: not at all. `content` is
    how what two servers hold is compared. `native` is how it runs without a container, `adoption`
    how one deals with one that runs already.

    `about` says in a few words what it is. Where several images play the same role, `variants` are
    what those besides the default one are, by the image's name without registry and tag. `untested`
    says why Greenroom's own tests have no real server of it; empty: they have one. `digest` is that
    of the file that describes a technology of a project's own.
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
    inside: int | None = None
    more_ports: Mapping[str, MorePort] = field(default_factory=dict)
    user: str = "greenroom"
    has_users: bool = True
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
    setup: Setup | None = None
    create_database: Callable[[str], Order] | None = None
    creates_all: bool = False
    slicing: Slicing | None = None
    snapshotting: Snapshotting | None = None
    content: Content | None = None
    native: Native | None = None
    adoption: Adoption | None = None
    about: str = ""
    variants: Mapping[str, Technology] = field(default_factory=dict)
    untested: str = ""
    digest: str = ""

    @property
    def field_names(self) -> tuple[str, ...]:
        """What may be asked of it besides its address: how one gets in, then its own fields."""
        access = ("user", "password") if self.has_users else ()
        database = ("database",) if self.has_databases else ()
        return (*access, *database, *self.fields)

"""One named entry of a manifest, with its technology's part already in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from orchestrator.model.adopted import Adopted
from orchestrator.model.adoption import Adoption, OwnPlace
from orchestrator.model.module import Module
from orchestrator.model.native import Native
from orchestrator.model.probe import Automatic, Readiness
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template

DOCKER = "docker"
PROCESS = "process"
ADOPTED = "adopted"
"""Where a resource runs: `adopted` is what runs already, wherever that is."""

SHARED = "none"
PER_WORKER = "worker"
PER_TEST = "test"
"""What `isolation` can be: who gets a slice of a resource for itself."""


@dataclass(frozen=True, order=True)
class Instance:
    """A resource in a slice; most resources have just one instance, in no slice."""

    resource: str
    slice: str | None = None

    @classmethod
    def of(cls, name: str) -> Instance:
        """Return the instance of this name: `api@s17`, or `api`."""
        resource, _, slice_ = name.partition("@")
        return cls(resource, slice_ or None)

    def __str__(self) -> str:
        return f"{self.resource}@{self.slice}" if self.slice else self.resource

    @property
    def alias(self) -> str:
        """The host name under which the run's network knows it (`@` is no letter of host names)."""
        return f"{self.resource}--{self.slice}" if self.slice else self.resource


SEEDING = Instance("greenroom", "seed")
"""What Python seeds start on this host runs under a name that no resource can have."""


@dataclass(frozen=True)
class Port:
    """A port that a resource serves; `host` is a fixed host port, None: Greenroom chooses.

    `name` is empty for ports that have none. On the process engine `number` only names the port:
    the process listens on the host port it is given. An `inner` one is nobody else's business.
    `inside` is the number by which containers reach it, where that is another: whoever comes there
    is told addresses that containers can use.
    """

    number: int
    name: str = ""
    host: int | None = None
    inner: bool = False
    inside: int | None = None


@dataclass(frozen=True)
class File:
    """A file put in before the start: either `source` (a path on this host) or `content`.

    With `escape` what the references in `content` stand for is escaped by JSON's rules for strings.
    """

    target: PurePosixPath
    source: str | None = None
    content: Template | None = None
    mode: int = 0o644
    escape: bool = False


@dataclass(frozen=True)
class BuildSecret:
    """What steps of a build may read, and no image keeps: the file `path`, or else `value`.

    `hidden` is what of it must not show in any output.
    """

    path: str | None = None
    value: str | None = field(default=None, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Build:
    """An image made from a Dockerfile; `context` is a folder on this host.

    `inline` is the text of the Dockerfile where there is no file; `dockerfile` means nothing then.
    `secrets` are found by steps as `/run/secrets/ID`. `network` is what the steps are attached to,
    None: the engine's default. `platform` is that of the image, None: the engine's own.
    """

    context: str
    dockerfile: str = "Dockerfile"
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    inline: str | None = None
    secrets: Mapping[str, BuildSecret] = field(default_factory=dict)
    network: str | None = None
    platform: str | None = None


@dataclass(frozen=True)
class Limits:
    """Bounds of a container: `memory` in bytes, `cpus` in processors, None: unbounded."""

    memory: int | None = None
    cpus: float | None = None


@dataclass(frozen=True)
class FileSeed:
    """A file for the technology's own loader, chosen by `suffix` (`.sql`, `.sql.gz`, `.csv`)."""

    path: str
    suffix: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class ScriptSeed:
    """A shell script, run beside the server (`.sh`)."""

    path: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class FunctionSeed:
    """A Python function, called with the resource, in a child of the project's interpreter.

    The child starts in `folder`, None: the manifest's.
    """

    path: str
    function: str
    label: str
    folder: str | None = None

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class TaskSeed:
    """A task of the manifest, run to its end as part of the seeding."""

    task: str

    def __str__(self) -> str:
        return f"task:{self.task}"


@dataclass(frozen=True)
class SetupSeed:
    """What the technology tells every server of its kind first; `label` says what that is."""

    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class DatabaseSeed:
    """One more database on the same server, made before any seed is read."""

    database: str

    def __str__(self) -> str:
        return f"database {self.database}"


Seed = FileSeed | ScriptSeed | FunctionSeed | TaskSeed | SetupSeed | DatabaseSeed


@dataclass(frozen=True)
class ProcessForm:
    """What a server is as a process of this host: what then stands in the same fields of it."""

    command: tuple[Template, ...]
    env: Mapping[str, Template] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True)
class Resource:
    """What a manifest's entry asks for, complete: with defaults and the technology's part in it.

    `section` is `databases`, `brokers`, `services` or `tasks`. `engine` is where it runs, decided
    by the manifest; `docker` stands for whichever container engine there is. With neither `image`
    nor `build` the resource is a process on this host. `command` and `entrypoint` are None where
    the image's own apply. `user`, `password` and `database` are what its address shows (a
    `password` of None is derived from the machine's secret); `run_as` is the account the process
    runs under. `references` and `needs` together are its dependencies. Durations are in seconds.
    `isolation` is who gets a slice of it: each `test`, each `worker`, or `none`; whoever `follows`
    a sliced resource runs once more for each slice of it. `version` is what the manifest asks for,
    None: whichever there is. `as_process` is what it would be outside of a container; where that
    cannot be, `bound` says in words why. `aliases` are more names by which containers reach it. One
    that `may_exit` is done, and has not died, when it ends with code 0. `adopted` is where it runs
    already, None for all that Greenroom starts. What stands `on` another's server is one more
    database there, a tenant: it has no instance of its own, and lives and dies with that `server`.
    A `module` of testcontainers starts its container itself.
    """

    name: str
    section: str
    engine: str = DOCKER
    technology: Technology | None = None
    image: str | None = None
    build: Build | None = None
    command: tuple[Template, ...] | None = None
    entrypoint: tuple[Template, ...] | None = None
    env: Mapping[str, Template] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    ports: tuple[Port, ...] = ()
    user: str | None = None
    password: str | None = None
    databases: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    seeds: tuple[Seed, ...] = ()
    readiness: Readiness = Readiness(Automatic())
    timeout: float = 60.0
    limits: Limits = Limits()
    workdir: str | None = None
    run_as: str | None = None
    hostname: str | None = None
    aliases: tuple[str, ...] = ()
    tmpfs: tuple[str, ...] = ()
    pull: str = "missing"
    platform: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    isolation: str = SHARED
    follows: tuple[str, ...] = ()
    may_exit: bool = False
    version: str | None = None
    as_process: ProcessForm | None = None
    bound: str = ""
    adopted: Adopted | None = None
    on: str | None = None
    module: Module | None = None

    @property
    def server(self) -> str:
        """The name of the resource whose instance it lives in: its own, but for a tenant."""
        return self.on or self.name

    @property
    def native(self) -> Native | None:
        """How it runs as a server of this host, None for all else."""
        return self.technology.native if self.technology and self.engine == PROCESS else None

    @property
    def adoption(self) -> Adoption | None:
        """How one deals with a server of its technology that runs already, None for all else."""
        return self.technology.adoption if self.technology and self.adopted else None

    @property
    def own_place(self) -> OwnPlace | None:
        """What the run makes for itself on a server that runs already, so as not to write more.

        None where nothing is written, or where it may be, and for all that Greenroom starts.
        """
        if self.adopted is None or self.adopted.owned or not (self.seeds or self.sliced):
            return None
        return self.adoption.own if self.adoption else None

    @property
    def sliced(self) -> bool:
        """Whether tests get a part of it for themselves."""
        return self.isolation != SHARED

    @property
    def instance(self) -> Instance:
        """The instance that is in no slice: for most it is the only one."""
        return Instance(self.name)

    @property
    def is_task(self) -> bool:
        """Whether it is done when it exits, instead of living as long as the run."""
        return self.section == "tasks"

    @property
    def contained(self) -> bool:
        """Whether it runs in a container, and so sees addresses from the inside."""
        return self.engine not in (PROCESS, ADOPTED)

    @property
    def on_host(self) -> bool:
        """Whether it has ports on this host's own address, which in a container means another."""
        here = self.adopted.is_here if self.adopted else not self.contained
        return here and bool(self.ports)

    def port(self, name: str | None = None) -> Port | None:
        """The port of this name or number, or the first one; None when there is no such port."""
        if name is None:
            return self.ports[0] if self.ports else None
        return next((port for port in self.ports if name in (port.name, str(port.number))), None)

    def templates(self) -> tuple[tuple[str, Template], ...]:
        """Every template by which it may refer to others, each with the words for its place."""
        found = [(f"env {name}", template) for name, template in self.env.items()]
        found += [("command", part) for part in self.command or ()]
        found += [("entrypoint", part) for part in self.entrypoint or ()]
        found += [(f"files {file.target}", file.content) for file in self.files if file.content]
        return tuple(found)

"""What is asked of an engine, and what it reports back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.model.adopted import bracketed
from orchestrator.model.conversation import Credentials
from orchestrator.model.module import ModuleStart
from orchestrator.model.resource import Instance, Limits

RUN = "greenroom.run"
ENVIRONMENT = "greenroom.environment"
MANIFEST = "greenroom.manifest"
RESOURCE = "greenroom.resource"
OWNER = "greenroom.owner"
EXPIRES = "greenroom.expires"
STAYS = "greenroom.stays"
FINGERPRINT = "greenroom.fingerprint"
PORTS = "greenroom.ports"
AT = "greenroom.at"
"""Where something is that runs already: a host and a port."""
INSTEAD = "greenroom.with"
"""What a resource uses instead of what the manifest says."""
PLACE = "greenroom.place"
"""The name of the place that a run has made for itself on a server that it did not start."""

RUN_VARIABLE = "GREENROOM_RUN"
"""The environment variable that names a run to those who are to join it."""

SLICE_VARIABLE = "GREENROOM_SLICE"
"""The environment variable that names a slice of that run."""


@dataclass(frozen=True)
class RunLabels:
    """Whose something is. Everything that an engine creates carries these, to be found again.

    `environment` is the identity of the manifest and its user, `name` and `manifest` (its path) are
    for display and for reading it again; `owner` identifies the process that made the run, as JSON;
    `expires` is the Unix time in seconds after which nobody needs it. `stays` marks what `up` made:
    it outlives its maker and is joined by others, while what a test run makes is its own. `instead`
    says what resources use instead of what the manifest says, so that it is read like that again.
    """

    run: str
    environment: str
    name: str
    manifest: str
    owner: str
    expires: int
    stays: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)

    def labels(self, instance: Instance | None = None) -> dict[str, str]:
        """The same as key and value, with the resource's name where there is one."""
        common = {
            RUN: self.run,
            ENVIRONMENT: f"{self.name}:{self.environment}",
            MANIFEST: self.manifest,
            OWNER: self.owner,
            EXPIRES: str(self.expires),
        }
        if self.stays:
            common[STAYS] = "yes"
        return common | (self._own(instance) if instance else {})

    def _own(self, instance: Instance) -> dict[str, str]:
        used = self.instead.get(instance.resource)
        return {RESOURCE: str(instance)} | ({INSTEAD: used} if used else {})


@dataclass(frozen=True)
class FileContent:
    """A file ready to be put in: `data` is its bytes, or `source` the host path to stream from."""

    target: str
    mode: int
    data: bytes | None = None
    source: str | None = None


@dataclass(frozen=True)
class Publish:
    """A port of the resource and the host port that leads to it."""

    number: int
    host: int


@dataclass(frozen=True)
class Guest:
    """What a run is on a server that runs already: how it gets in, and what it makes there.

    `name` is that of the place of its own, or, where what was given may be written to, what the
    names of slices begin with. Empty: it makes nothing.
    """

    technology: str
    host: str
    port: int
    access: Credentials
    name: str = ""


@dataclass(frozen=True)
class Launch:
    """Everything an engine needs to start one instance, with every reference already answered.

    `image` is None on the process engine. `aliases` are more names for it on the run's network,
    `hosts` adds names to the resource's own name resolution.
    `command` and `entrypoint` are None where the image's apply. `options` are the engine's own.
    `fingerprint` tells what it was made of, so that a later `up` can see what has changed.

    A server on this host has a `folder` of its own, which is made for it; its files are put there.
    With the key of a `snapshot` it begins with that snapshot's data. One that is `rootless` is
    never run as root, and with `memory` its data is there, if there is room. `stop` is the signal
    that ends it at once; empty: it is killed. A `guest` is of what runs already. A
    `module` decides all about its container that is not said here.
    """

    labels: RunLabels
    instance: Instance
    image: str | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileContent, ...] = ()
    ports: tuple[Publish, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    hostname: str | None = None
    aliases: tuple[str, ...] = ()
    workdir: str | None = None
    user: str | None = None
    tmpfs: tuple[str, ...] = ()
    limits: Limits = Limits()
    platform: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    folder: str = ""
    snapshot: str = ""
    rootless: bool = False
    memory: bool = False
    stop: str = ""
    guest: Guest | None = None
    module: ModuleStart | None = None

    @property
    def tags(self) -> dict[str, str]:
        """The labels of this very instance: the run's, its name, its fingerprint and its ports."""
        own = {FINGERPRINT: self.fingerprint} if self.fingerprint else {}
        if self.guest:
            own[AT] = f"{bracketed(self.guest.host)}:{self.guest.port}"
        if self.ports:
            own[PORTS] = " ".join(f"{port.number}={port.host}" for port in self.ports)
        return self.labels.labels(self.instance) | own


@dataclass(frozen=True)
class Image:
    """An image that Greenroom has made; `size` is in bytes, `created` in Unix seconds."""

    engine: str
    id: str
    name: str
    labels: Mapping[str, str]
    size: int
    created: int


@dataclass(frozen=True)
class Listener:
    """An address, as a number, and a TCP port on which some process of an instance listens."""

    host: str
    port: int

    @property
    def alone(self) -> bool:
        """Whether only processes in the same place reach it: it listens on the loopback."""
        return self.host.startswith("127.") or self.host == "::1"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class State:
    """How an instance is doing.

    `status` is `created`, `running`, `exited` or `gone`; `health` is the image's own health check's
    word (`starting`, `healthy`, `unhealthy`), empty when it has none.
    """

    status: str
    exit_code: int | None = None
    out_of_memory: bool = False
    health: str = ""
    detail: str = ""

    @property
    def ended_well(self) -> bool:
        """Whether it has come to its end, and says that all went well."""
        return self.status == "exited" and self.exit_code == 0

    @property
    def alive(self) -> bool:
        """Whether it runs, or is about to."""
        return self.status in ("created", "running")

    def __str__(self) -> str:
        words = self.status
        if self.exit_code is not None and not self.alive:
            words += f" with code {self.exit_code}"
        if self.out_of_memory:
            words += ", killed because it ran out of memory"
        if self.health:
            words += f", health check says {self.health}"
        return f"{words} ({self.detail})" if self.detail else words


@dataclass(frozen=True)
class Found:
    """Something of Greenroom's that an engine has: an instance, or a run's own network or folder.

    `kind` is the engine's word (`container`, `network`, `process`, `folder`), `id` what the engine
    knows it by, `labels` as at its creation, `ports` leads from a resource's port to the host's,
    `image` is the id of the image that it was made from.
    """

    engine: str
    kind: str
    id: str
    labels: Mapping[str, str]
    name: str = ""
    ports: Mapping[int, int] = field(default_factory=dict)
    state: State = State("running")
    image: str = ""

    @property
    def host_ports(self) -> Mapping[int, int]:
        """The ports, also of what has ended: engines forget them then, the label does not."""
        pairs = (pair.partition("=") for pair in self.labels.get(PORTS, "").split())
        noted = {own: host for own, _, host in pairs if own.isdecimal() and host.isdecimal()}
        return self.ports or {int(own): int(host) for own, host in noted.items()}

    @property
    def run(self) -> str:
        """The run that it belongs to."""
        return self.labels.get(RUN, "")

    @property
    def instance(self) -> Instance | None:
        """The instance that it is; None for a run's network or folder."""
        text = self.labels.get(RESOURCE)
        return Instance.of(text) if text else None

    def seen_as(self, instance: Instance) -> Found:
        """Return the same thing as another instance: one that lives in it."""
        if instance == self.instance:
            return self
        return replace(self, labels={**self.labels, RESOURCE: str(instance)})


@dataclass(frozen=True)
class Opened:
    """A run's place on an engine.

    `gateway` is the address at which what runs there reaches processes of this host, if any.
    """

    gateway: str | None = None


@dataclass(frozen=True)
class LogLine:
    """One line of a log; `time` is RFC 3339 in UTC, `stream` is `stdout` or `stderr`."""

    time: str
    stream: str
    text: str


@dataclass(frozen=True)
class ExecResult:
    """What a command left behind: its exit code and both its streams, decoded."""

    exit_code: int
    stdout: str = ""
    stderr: str = ""

    @property
    def output(self) -> str:
        """Both streams, errors last, for a message."""
        return "\n".join(part for part in (self.stdout.strip(), self.stderr.strip()) if part)

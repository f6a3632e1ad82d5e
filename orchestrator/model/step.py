"""The steps of a plan: small frozen values, taken apart with `match`.

Each knows its cause and the keys of the steps it waits for. A step's `key` is unique in its plan
and is also how it is printed; `subject` is the resource it is about, for whoever shows progress.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.model.facts import Program
from orchestrator.model.launch import Found
from orchestrator.model.probe import Readiness
from orchestrator.model.resource import Build, Instance, Seed


@dataclass(frozen=True, kw_only=True)
class _Step:
    cause: str
    after: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The resource, image or place that it is about."""
        return ""


@dataclass(frozen=True, kw_only=True)
class _OfInstance(_Step):
    instance: Instance

    @property
    def subject(self) -> str:
        """The instance."""
        return str(self.instance)


@dataclass(frozen=True, kw_only=True)
class Open(_Step):
    """Make the run's own place on an engine: a network, a folder."""

    engine: str

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"open {self.engine}"


@dataclass(frozen=True, kw_only=True)
class Pull(_Step):
    """Fetch an image that the engine does not have, or, where an older one is `present`, anew."""

    engine: str
    image: str
    platform: str | None = None
    present: bool = False

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"pull {self.image}"

    @property
    def subject(self) -> str:
        """The image's name."""
        return self.image


@dataclass(frozen=True, kw_only=True)
class Push(_Step):
    """Send an image that the engine has to a registry, under another `name`."""

    engine: str
    image: str
    name: str

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"push {self.name}"

    @property
    def subject(self) -> str:
        """The name that it gets."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class BuildImage(_Step):
    """Make an image from a Dockerfile, under the name `image`."""

    engine: str
    image: str
    build: Build
    resource: str

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"build {self.resource}"

    @property
    def subject(self) -> str:
        """The first resource that needs it."""
        return self.resource


@dataclass(frozen=True, kw_only=True)
class Start(_OfInstance):
    """Create an instance, put its files in, and start it.

    `fingerprint` tells what it is made of. `ports` are the host ports of the one that it replaces,
    by the resource's own: taken again where that can be, so that its addresses stay. With the key
    of a `snapshot` it is started from that, and has its seeds already. `program` is what a server
    on this host runs. What runs already is only adopted, from its `server`: a host and a port. A
    `module` of testcontainers does the starting, and waits for what it has started, within
    `timeout` seconds.
    """

    engine: str
    image: str | None = None
    program: Program | None = None
    fingerprint: str = ""
    ports: Mapping[int, int] = field(default_factory=dict)
    snapshot: str = ""
    server: str = ""
    module: str = ""
    timeout: float | None = None

    @property
    def key(self) -> str:
        """Its name in the plan."""
        verb = "adopt" if self.server else "restore" if self.snapshot else "start"
        return f"{verb} {self.instance}"


@dataclass(frozen=True, kw_only=True)
class Keep(_OfInstance):
    """Leave an instance as it stands, seeds and all."""

    found: Found

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"keep {self.instance}"


@dataclass(frozen=True, kw_only=True)
class Ready(_OfInstance):
    """Wait until the probe is content; `timeout` in seconds, counted from the start's end."""

    readiness: Readiness
    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"ready {self.instance}"


@dataclass(frozen=True, kw_only=True)
class MakeOwn(_OfInstance):
    """Make a place for the run alone on a server that it did not start: `what` says what that is.

    It is removed with what was adopted.
    """

    what: str
    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"own {self.instance}"


@dataclass(frozen=True, kw_only=True)
class AddDatabase(_OfInstance):
    """Make one more database on the server of another instance: from here on it is there.

    Where it came with the server's snapshot it is only noted (`restored`).
    """

    server: Instance
    database: str
    restored: bool
    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"add {self.instance}"


@dataclass(frozen=True, kw_only=True)
class ApplySeed(_OfInstance):
    """Put one seed into an instance."""

    number: int
    seed: Seed
    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"seed {self.instance} {self.number} {self.seed}"


@dataclass(frozen=True, kw_only=True)
class MakeTemplate(_OfInstance):
    """Copy the seeded state to where slices are made from, and a reset."""

    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"template {self.instance}"


@dataclass(frozen=True, kw_only=True)
class TakeSnapshot(_OfInstance):
    """Copy the seeded state aside, while nobody uses it yet."""

    snapshot: str
    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"snapshot {self.instance}"


@dataclass(frozen=True, kw_only=True)
class StoreSnapshot(_OfInstance):
    """Keep what was copied aside for later runs. Nobody waits for it."""

    snapshot: str
    image: str | None
    timeout: float

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"store {self.instance}"


@dataclass(frozen=True, kw_only=True)
class StartRelay(_OfInstance):
    """Start the relay by which containers reach `targets`, processes on this host.

    `fingerprint` tells which ones these are.
    """

    targets: tuple[Instance, ...]
    fingerprint: str = ""

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"start {self.instance}"


@dataclass(frozen=True, kw_only=True)
class Remove(_Step):
    """Remove one thing that an engine reported."""

    found: Found

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"remove {self.found.kind} {self.found.instance} of {self.found.run}"

    @property
    def subject(self) -> str:
        """The instance, or whatever else it is."""
        return str(self.found.instance or self.found.name or self.found.id)


@dataclass(frozen=True, kw_only=True)
class Close(_Step):
    """Remove a run's own place on an engine, last of all."""

    engine: str
    run: str

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"close {self.engine} {self.run}"


Step = (
    Open
    | Pull
    | Push
    | BuildImage
    | Keep
    | Start
    | StartRelay
    | Ready
    | MakeOwn
    | AddDatabase
    | ApplySeed
    | MakeTemplate
    | TakeSnapshot
    | StoreSnapshot
    | Remove
    | Close
)


class ChangeKind(StrEnum):
    """What becomes of an instance when an environment is up already, as one says it."""

    KEPT = "kept"
    ANEW = "made anew"
    NEW = "started"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """What becomes of one instance, and why."""

    instance: Instance
    kind: ChangeKind
    cause: str


@dataclass(frozen=True)
class Plan:
    """Every step that leads from what is to what is wanted; each waits only for steps before it.

    `changes` say what becomes of each instance of an environment that is up already; there are
    none where nothing stands yet.
    """

    title: str
    steps: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()

    def __getitem__(self, key: str) -> Step:
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """How many instances are kept, made anew, started and removed, without those of none."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in ChangeKind if found[kind]}

"""The steps of a plan: small frozen values, taken apart with `match`.

Each knows its cause and the keys of the steps it waits for. A step's `key` is unique in its plan
and is also how it is printed; `subject` is the resource it is about, for whoever shows progress.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """Fetch an image that the engine does not have."""

    engine: str
    image: str
    platform: str | None = None

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"pull {self.image}"

    @property
    def subject(self) -> str:
        """The image's name."""
        return self.image


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
    """Create an instance, put its files in, and start it."""

    engine: str
    image: str | None = None

    @property
    def key(self) -> str:
        """Its name in the plan."""
        return f"start {self.instance}"


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
class StartRelay(_OfInstance):
    """Start the relay by which containers reach `targets`, processes on this host."""

    targets: tuple[Instance, ...]

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


Step = Open | Pull | BuildImage | Start | StartRelay | Ready | ApplySeed | Remove | Close


@dataclass(frozen=True)
class Plan:
    """Every step that leads from what is to what is wanted; each waits only for steps before it."""

    title: str
    steps: tuple[Step, ...] = ()

    def __getitem__(self, key: str) -> Step:
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

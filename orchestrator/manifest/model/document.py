"""The whole of a manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from orchestrator.manifest.model.command import Argv
from orchestrator.manifest.model.entry import FREE_KEYS, Entry
from orchestrator.manifest.model.includes import Includes
from orchestrator.manifest.model.part import Environment, Part, mapping
from orchestrator.manifest.model.program import Service, Task
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.model.texts import Text, choice, not_yet
from orchestrator.manifest.sections import ENTRIES


class TestsPart(Part):
    """The tests that the environment is for."""

    model_config = ConfigDict(json_schema_extra=FREE_KEYS)

    example: ClassVar[str] = "{command: pytest -q}"

    command: Argv | None = Field(None, description="What runs the tests.")
    env: Environment | None = Field(None, description="More variables for the tests.")


class Document(Part):
    """A Greenroom environment: the databases, brokers and services that tests need."""

    model_config = ConfigDict(json_schema_extra=FREE_KEYS, title="Greenroom environment")

    example: ClassVar[str] = "{services: {web: {image: nginx}}}"

    name: Text | None = Field(None, description="For display; the folder's name otherwise.")
    engine: Annotated[str, choice("docker", "process", "auto")] | None = Field(
        None, description="Where resources run; auto takes docker when it answers."
    )
    versions: Annotated[str, choice("strict", "loose")] | None = Field(
        None,
        description="Without containers: whether another version than the one that is asked for is "
        "an error (strict, the default), or only a warning.",
    )
    python: Text | None = Field(
        None, description="The interpreter for Python seeds; the project's own otherwise."
    )
    databases: Annotated[dict[str, Server], mapping("{ledger: {use: postgres}}")] | None = Field(
        None, description="Databases by name."
    )
    brokers: Annotated[dict[str, Server], mapping("{events: {use: nats}}")] | None = Field(
        None, description="Brokers by name."
    )
    services: Annotated[dict[str, Service], mapping("{web: {image: nginx}}")] | None = Field(
        None, description="Services by name."
    )
    tasks: Annotated[dict[str, Task], mapping("{migrate: {command: ./migrate}}")] | None = Field(
        None, description="Tasks by name: what runs once and exits."
    )
    tests: TestsPart | None = Field(None, description="The tests that all this is for.")
    include: Includes | None = Field(
        None, description="Ready-made environments by name, and other manifests by path, to add to."
    )
    doubles: (
        Annotated[str, not_yet("doubles", "run the stand-in as one of the services")] | None
    ) = Field(None, description="Not in this version.")
    links: (
        Annotated[str, not_yet("links", "leave it out; resources reach each other directly")] | None
    ) = Field(None, description="Not in this version.")

    def entries(self) -> Iterator[tuple[str, str, Entry]]:
        """Every entry with its section and name, a section after the other."""
        for section in ENTRIES:
            for name, entry in (getattr(self, section) or {}).items():
                yield section, name, entry


# The parts defer their building, so that it happens once, here, instead of once for each of them.
Document.model_rebuild(force=True)

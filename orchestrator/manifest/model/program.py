"""Services and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from orchestrator.manifest.model.command import Argv
from orchestrator.manifest.model.entry import ARGUMENTS, USES_MODULE, At, Entry, Flag
from orchestrator.manifest.model.leaf import Accepts, wrong
from orchestrator.manifest.model.numbers import PORT_SCHEMA, HostPort, PortNumber
from orchestrator.manifest.model.part import (
    HOLE,
    Arguments,
    Part,
    Values,
    Words,
    listed,
    mapping,
)
from orchestrator.manifest.model.texts import SCALAR, FolderPath, Text, choice
from orchestrator.manifest.reading.scalars import kind


class SecretPart(Part):
    """What steps of a build may read, and no image keeps."""

    example: ClassVar[str] = "{env: NPM_TOKEN}"
    short: ClassVar[str] = "file"

    file: Text | None = Field(None, description="A file beside the manifest.")
    env: Text | None = Field(None, description="A variable of the caller's environment, or .env.")


class BuildPart(Part):
    """An image to be made from a Dockerfile."""

    example: ClassVar[str] = "{context: ./api, target: test}"
    short: ClassVar[str] = "context"

    context: Text = Field(description="The folder with the sources.")
    dockerfile: Text | None = Field(
        None, description="Its path in the folder: Dockerfile otherwise."
    )
    dockerfile_inline: Text | None = Field(
        None, description="The text of the Dockerfile, in the place of a file."
    )
    target: Text | None = Field(None, description="The stage to build.")
    args: Arguments | None = Field(None, description="Build arguments.")
    secrets: (
        Annotated[
            dict[str, Annotated[SecretPart, Accepts({"type": "string"})]],
            mapping("{npm: {env: NPM_TOKEN}}"),
        ]
        | None
    ) = Field(None, description="What steps may read as /run/secrets/NAME, and no image keeps.")
    network: Annotated[str, choice("default", "host", "none")] | None = Field(
        None, description="What the steps are attached to."
    )


class PortPart(Part):
    """A port that a service listens on."""

    example: ClassVar[str] = "{port: 9000, host: 9000}"
    short: ClassVar[str] = "port"

    port: PortNumber = Field(description="Where the service listens.")
    host: HostPort | None = Field(None, description="A fixed port on this host.")


def _by_position(value: object) -> object:
    # The positions become keys, so that what is taken out of a list moves no other's place.
    if isinstance(value, list):
        return {at: item for at, item in enumerate(value) if item is not HOLE}
    if not isinstance(value, dict):
        raise wrong(f"must be a list such as [8000] or a mapping of names, not {kind(value)}")
    return value


@dataclass(frozen=True, eq=False)
class _ListOrNamed:
    """Annotates a mapping whose values may also stand in a list."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """A list of what the mapping's values are, or the mapping."""
        named = handler(schema)
        return {"anyOf": [{"type": "array", "items": named["additionalProperties"]}, named]}


_Ports = Annotated[
    dict[str | int, Annotated[PortPart, Accepts(PORT_SCHEMA)]],
    BeforeValidator(_by_position),
    _ListOrNamed(),
]


class Program(Entry):
    """Something to run: from an image, from a Dockerfile, or a command on this host."""

    image: Text | None = Field(None, description="The image to run.")
    build: Annotated[BuildPart, Accepts({"type": "string"})] | None = Field(
        None, description="A folder with a Dockerfile to build the image from."
    )
    command: Argv | None = Field(
        None, description="With an image: replaces its command. Alone: a process on this host."
    )
    entrypoint: Argv | None = Field(None, description="Replaces the image's entry point.")
    ports: _Ports | None = Field(
        None, description="The ports it listens on, as a list or by name; the first is default."
    )
    workdir: Text | None = Field(None, description="The folder that it starts in.")
    user: Text | None = Field(None, description="The account that it runs under.")
    tmpfs: Annotated[list[FolderPath], BeforeValidator(listed), Accepts(SCALAR)] | None = Field(
        None, description="File systems in memory, by their absolute paths inside."
    )


class Service(Program):
    """A service: it lives as long as the environment."""

    example: ClassVar[str] = "{image: nginx, ports: [80]}"

    use: Text | None = Field(None, description=USES_MODULE)
    arguments: Values | None = Field(None, description=ARGUMENTS)
    at: At | None = Field(
        None, description="Where it runs already: nothing is started, or removed, there."
    )
    owned: Flag | None = Field(None, description="Whether seeds may go into what is there.")
    may_exit: Flag | None = Field(
        None, description="Whether it is done, and has not died, when it ends with code 0."
    )
    follows: Words | None = Field(
        None, description="Resources of whose every slice one more instance of this one takes care."
    )


class Task(Program):
    """A task: it is done when it exits."""

    example: ClassVar[str] = "{command: alembic upgrade head}"

"""What every entry of a manifest may have, whichever section it stands in."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from orchestrator.manifest.model.leaf import Accepts, Leaf
from orchestrator.manifest.model.numbers import Cpus, Duration, Memory
from orchestrator.manifest.model.part import Environment, Options, Part, Words, listed, mapping
from orchestrator.manifest.model.ready import Ready
from orchestrator.manifest.model.texts import (
    FROM_ENVIRONMENT,
    SCALAR,
    Alias,
    HostName,
    Templated,
    Text,
    Word,
    choice,
    read_credential,
    read_flag,
)

At = Annotated[str, Leaf(read_credential, {"type": "string", "pattern": "://|\\$\\{env:"})]
USES_MODULE = "A module of testcontainers, such as testcontainers.qdrant."
ARGUMENTS = "With a module of testcontainers: its constructor's arguments."

Flag = Annotated[bool, Leaf(read_flag, {"anyOf": [{"type": "boolean"}, FROM_ENVIRONMENT]})]

FREE_KEYS: dict[str, Any] = {"patternProperties": {"^x-": {}}}


class FilePart(Part):
    """A file that is put in before the start."""

    example: ClassVar[str] = "{content: text, mode: 0644}"
    short: ClassVar[str] = "source"

    source: Text | None = Field(None, description="A file beside the manifest.")
    content: Templated | None = Field(
        None, description="What the file says; references work in it."
    )
    mode: Word | None = Field(None, description="The permissions in octal: 0644 otherwise.")


class LimitsPart(Part):
    """What a resource may use at most."""

    example: ClassVar[str] = "{memory: 512m, cpus: 1.5}"

    memory: Memory | None = Field(None, description="512m, 1g, 256MiB.")
    cpus: Cpus | None = Field(None, description="A number of processors, such as 1.5.")


class Entry(Part):
    """A named resource."""

    model_config = ConfigDict(json_schema_extra=FREE_KEYS)

    needs: Words | None = Field(
        None, description="Resources to wait for that no reference shows, by name."
    )
    env: Environment | None = Field(
        None, description="Environment variables: the text as written; references work."
    )
    files: (
        Annotated[
            dict[str, Annotated[FilePart, Accepts({"type": "string"})]],
            mapping("{/etc/app.toml: app.toml}"),
        ]
        | None
    ) = Field(None, description="Files to put in before the start, by their absolute path inside.")
    seed: Words | None = Field(
        None, description="What to put in once it is ready: files, file.py:function, task:name."
    )
    ready: Ready | None = Field(None, description="How to see that it is ready.")
    timeout: Duration | None = Field(None, description="From start to ready; 60s otherwise.")
    limits: LimitsPart | None = Field(None, description="What it may use at most.")
    engine: Annotated[str, choice("docker", "process")] | None = Field(
        None, description="Where it runs; the manifest's engine otherwise."
    )
    profiles: Words | None = Field(
        None, description="It takes part when one of these is active, or something refers to it."
    )
    platform: Text | None = Field(None, description="The image's platform, such as linux/amd64.")
    hostname: HostName | None = Field(None, description="The host name that it sees itself.")
    aliases: Annotated[list[Alias], BeforeValidator(listed), Accepts(SCALAR)] | None = Field(
        None, description="More names by which containers reach it."
    )
    pull: Annotated[str, choice("missing", "always", "never")] | None = Field(
        None, description="When to pull the image."
    )
    docker: Options | None = Field(
        None, description="More settings for the engine's create call, as they are."
    )

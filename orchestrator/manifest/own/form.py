"""The file that describes a technology."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field

from orchestrator.manifest.model.command import Argv
from orchestrator.manifest.model.entry import FREE_KEYS
from orchestrator.manifest.model.leaf import Accepts, wrong
from orchestrator.manifest.model.numbers import PORT_SCHEMA, PortNumber
from orchestrator.manifest.model.part import Environment, Part, mapping
from orchestrator.manifest.model.ready import Ready
from orchestrator.manifest.model.texts import Credential, Templated, Text, choice
from orchestrator.manifest.reading.scalars import Scalar

SQL = "{.sql: [psql, --file, -]}"


class PortForm(Part):
    """One more port of the server."""

    example: ClassVar[str] = "{port: 6334, url: 'grpc://${self.host}:${self.port}'}"
    short: ClassVar[str] = "port"

    port: PortNumber = Field(description="Where the server listens.")
    url: Templated | None = Field(None, description="The address at it; that of HTTP otherwise.")


class SeedForm(Part):
    """How a file is put in."""

    example: ClassVar[str] = "{command: [psql, --file, -], unpack: gzip}"

    command: Argv = Field(
        description="Run beside the server, with the file on its standard input; {stem} is the "
        "file's name without its endings."
    )
    unpack: Annotated[str, choice("gzip")] | None = Field(
        None, description="Undo a compression on the way."
    )


class SetupForm(Part):
    """What the server is told once it is ready, before all seeds."""

    example: ClassVar[str] = "{label: replica set, command: [mongosh, --eval, 'rs.initiate()']}"

    label: Text = Field(description="What that is, in a word or two.")
    command: Argv = Field(description="Run beside the server.")


def _command_alone(value: object) -> object:
    # A seed is mostly just its command.
    return {"command": value} if isinstance(value, Scalar | list) else value


def _suffixes(value: object) -> object:
    for key in value if isinstance(value, dict) else ():
        if not key.startswith(".") or len(key) == 1:
            raise wrong(f'"{key}" is no ending of files, such as .sql', key)
    return value


_Seed = Annotated[SeedForm, BeforeValidator(_command_alone), Accepts({"type": ["string", "array"]})]


class Form(Part):
    """A technology of your own: what `use:` can name besides what Greenroom knows."""

    model_config = ConfigDict(json_schema_extra=FREE_KEYS, title="Greenroom technology")

    example: ClassVar[str] = "{image: qdrant/qdrant, version: v1.12.4, port: 6333}"

    about: Text | None = Field(None, description="What it is, in a few words.")
    image: Text = Field(description="The image, without its tag.")
    version: Text = Field(description='The tag, unless "use" names another behind a colon.')
    port: PortNumber = Field(description="Where the server listens.")
    inside: PortNumber | None = Field(
        None, description="Another port, at which containers reach it, where that is needed."
    )
    ports: (
        Annotated[
            dict[str, Annotated[PortForm, Accepts(PORT_SCHEMA)]], mapping("{grpc: {port: 6334}}")
        ]
        | None
    ) = Field(None, description="More ports, by name.")
    url: Templated | None = Field(
        None, description="Its address; http://${self.host}:${self.port} otherwise."
    )
    fields: Environment | None = Field(
        None, description="More that can be asked of it, such as jdbc."
    )
    user: Credential | None = Field(None, description="The user; greenroom otherwise.")
    database: Text | None = Field(
        None, description="The database when the entry names none; the entry's own name otherwise."
    )
    command: Argv | None = Field(None, description="Replaces the image's command.")
    env: Environment | None = Field(None, description="Variables of the container.")
    files: Annotated[dict[str, Templated], mapping("{/etc/app.conf: text}")] | None = Field(
        None, description="What files say that are put in before the start, by absolute path."
    )
    ready: Ready | None = Field(
        None, description="How to see that it is ready, in the manifest's own words."
    )
    client: Argv | None = Field(None, description="What greenroom shell opens, beside the server.")
    client_env: Environment | None = Field(
        None, description="What lets the client, and all commands below, in."
    )
    setup: SetupForm | None = Field(None, description="What it is told once it is ready.")
    create_database: Argv | None = Field(
        None, description="Makes one more database, called {database}."
    )
    seeds: Annotated[dict[str, _Seed], BeforeValidator(_suffixes), mapping(SQL)] | None = Field(
        None, description="What puts a file in, by the file's ending."
    )


Form.model_rebuild(force=True)

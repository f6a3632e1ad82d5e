"""Databases and brokers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from orchestrator.manifest.model.command import Argv
from orchestrator.manifest.model.entry import ARGUMENTS, FREE_KEYS, At, Entry, Flag
from orchestrator.manifest.model.numbers import HostPort
from orchestrator.manifest.model.part import Values, Words
from orchestrator.manifest.model.texts import Credential, Text, choice

_ISOLATION = choice("none", "worker", "test")
_REQUIRED: dict[str, Any] = {"anyOf": [{"required": ["use"]}, {"required": ["on"]}]}


class Server(Entry):
    """A database or a broker: something Greenroom knows how to run, reach, wait for and seed."""

    model_config = ConfigDict(json_schema_extra=FREE_KEYS | _REQUIRED)

    example: ClassVar[str] = "{use: postgres}"

    use: Text | None = Field(None, description="The technology, or technology:version.")
    image: Text | None = Field(None, description="An image to run instead of the technology's own.")
    arguments: Values | None = Field(None, description=ARGUMENTS)
    args: Argv | None = Field(None, description="More arguments for the server's command.")
    user: Credential | None = Field(None, description="The user that its address shows.")
    password: Credential | None = Field(
        None, description="The password; derived from this machine's secret otherwise."
    )
    database: Words | None = Field(None, description="The database's name, or several names.")
    port: HostPort | None = Field(None, description="A fixed port on this host.")
    isolation: Annotated[str, _ISOLATION] | None = Field(
        None, description="Who gets a part of it alone: each test, each worker, or none."
    )
    at: At | None = Field(
        None, description="Where it runs already: nothing is started, or removed, there."
    )
    owned: Flag | None = Field(
        None, description="Whether seeds may go into what is there; else the run makes its own."
    )
    on: Text | None = Field(
        None, description="Another entry, on whose server this is one more database."
    )

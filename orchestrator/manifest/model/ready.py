"""`ready`: what makes a resource ready."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from orchestrator.manifest.model.command import Argv
from orchestrator.manifest.model.leaf import Accepts, Leaf, settled, wrong
from orchestrator.manifest.model.numbers import Duration, read_port, whole
from orchestrator.manifest.model.part import Environment, Part, listed
from orchestrator.manifest.model.texts import BytePattern, Bytes, Pattern, read_text
from orchestrator.manifest.reading.scalars import Scalar, kind
from orchestrator.manifest.words import quoted

PROBES = ("http", "tcp", "send", "expect", "log", "exec", "exit")


def read_path(value: object) -> str:
    """The path of a URL."""
    text = read_text(value)
    if not text.startswith("/"):
        raise wrong(f"must be a path such as /health, not {quoted(text)}")
    return text


def read_port_name(value: object) -> str:
    """One of the resource's own ports, by name or number."""
    scalar = settled(value, "a port's name or number")
    if isinstance(scalar.value, str) and re.fullmatch("[a-z][a-z0-9-]*", scalar.text):
        return scalar.text
    return str(read_port(value))


def read_tcp(value: object) -> str:
    """`true` for the first port (here the empty text), or a port's name or number."""
    if isinstance(value, Scalar) and value.value is True:
        return ""
    if isinstance(value, Scalar) and value.value is False:
        raise wrong(f"must be true, or a port's name or number, not {kind(value)}")
    return read_port_name(value)


_STATUS = whole(100, 599)
_PORT = {"type": ["integer", "string"]}
Status = Annotated[
    list[Annotated[int, _STATUS]], BeforeValidator(listed), Accepts({"type": "integer"})
]
PortName = Annotated[str, Leaf(read_port_name, _PORT)]


class HttpProbe(Part):
    """A GET that must be answered well."""

    example: ClassVar[str] = "{path: /health, status: 200}"
    short: ClassVar[str] = "path"

    path: Annotated[str, Leaf(read_path, {"type": "string"})] = Field(
        "/", description="The path to ask for."
    )
    status: Status | None = Field(
        None, description="The status codes that are good: any 2xx or 3xx."
    )
    headers: Environment | None = Field(None, description="Headers to send.")


class Ready(Part):
    """How to see that a resource is ready: one probe, and how often to ask."""

    example: ClassVar[str] = "{http: /health}"

    http: Annotated[HttpProbe, Accepts({"type": "string"})] | None = Field(
        None, description="Ready when a GET of this path is answered well."
    )
    status: Status | None = Field(None, description="For http: the status codes that are good.")
    headers: Environment | None = Field(None, description="For http: headers to send.")
    tcp: Annotated[str, Leaf(read_tcp, {"type": ["boolean", *_PORT["type"]]})] | None = Field(
        None, description="Ready when this port accepts connections; true means the first."
    )
    send: Bytes | None = Field(None, description="Bytes to send, for expect.")
    expect: BytePattern | None = Field(
        None, description="Ready when the answer matches this regular expression."
    )
    log: Pattern | None = Field(
        None, description="Ready when a line of the log matches this regular expression."
    )
    exec: Argv | None = Field(None, description="Ready when this command, run inside, exits 0.")
    exit: Annotated[int, whole(0, 255)] | None = Field(
        None, description="For tasks: done when it exits with this code."
    )
    port: PortName | None = Field(None, description="Which port to ask; the first one otherwise.")
    timeout: Duration | None = Field(None, description="From start to ready; 60s otherwise.")
    interval: Duration | None = Field(None, description="The time between two attempts.")
    successes: Annotated[int, whole(1, 1000)] | None = Field(
        None, description="How many attempts in a row must be good."
    )

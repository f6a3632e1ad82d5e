"""What makes a resource ready, as data.

A probe's `port` names one of the resource's ports; None is the first. Network probes ask from the
tests' side, because that is whose answer counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.model.template import Template


@dataclass(frozen=True)
class Http:
    """Ready when a GET of `path` is answered with one of `status` (empty: any 2xx or 3xx).

    With `tls` it is asked over HTTPS, and the server's certificate has to be a good one.
    """

    path: str = "/"
    status: tuple[int, ...] = ()
    headers: Mapping[str, Template] = field(default_factory=dict)
    port: str | None = None
    tls: bool = False


@dataclass(frozen=True)
class Tcp:
    """Ready when a connection opens and is not closed again at once.

    An engine's port proxy accepts connections for a dead server and then closes them.
    """

    port: str | None = None


@dataclass(frozen=True)
class Dialogue:
    """Ready when the bytes that come back match `expect`, a regular expression over bytes.

    `send` is text with references, encoded as Latin-1, so that every byte can be written; with
    `escape` what the references stand for is escaped by JSON's rules for strings.
    """

    send: Template
    expect: bytes
    port: str | None = None
    escape: bool = False


@dataclass(frozen=True)
class Log:
    """Ready when the log has a line that matches `pattern`, a regular expression, `times` times."""

    pattern: str
    times: int = 1


@dataclass(frozen=True)
class Exec:
    """Ready when this command, run beside the resource, exits 0."""

    argv: tuple[Template, ...]


@dataclass(frozen=True)
class Exit:
    """Done, rather than ready, when the resource itself exits with this code: a task."""

    code: int = 0


@dataclass(frozen=True)
class Automatic:
    """Nobody said: the image's own health check, else TCP on the first port, else alive for 1 s."""

    port: str | None = None


Probe = Http | Tcp | Dialogue | Log | Exec | Exit | Automatic


@dataclass(frozen=True)
class Readiness:
    """A probe and how often to ask; `interval` in seconds, None: the probe's own pace.

    `successes` is how many answers in a row must be good.
    """

    probe: Probe
    interval: float | None = None
    successes: int = 1

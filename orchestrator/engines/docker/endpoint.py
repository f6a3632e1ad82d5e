"""Where the engine answers: as the environment says, else the Docker context, else as usual."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.engines.docker.address import USUAL_SOCKET, parse, with_scheme
from orchestrator.engines.docker.ssh import host_of
from orchestrator.errors import EngineUnavailable
from orchestrator.manifest.words import did_you_mean

if TYPE_CHECKING:
    from docker.tls import TLSConfig

LOOPBACK = "127.0.0.1"
DISCARD = 9
"""Any port would do: connecting a datagram socket only looks for the route."""
DEFAULT = "default"
"""The context that every `docker` command has."""
LOCAL_SCHEMES = ("unix", "http+unix", "npipe")
TLS_VARIABLES = ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


@dataclass(frozen=True)
class Endpoint:
    """Where an engine answers, and why it is asked there.

    An empty `url` is the usual place (the usual socket, on Windows the usual pipe).
    `origin` says who named it, in words for a message. `found` tells that Greenroom came across the
    socket by itself, so that the `docker` command has to be told of it.
    """

    url: str = ""
    tls: TLSConfig | None = None
    origin: str = ""
    found: bool = False

    def __str__(self) -> str:
        where = self.url or "its usual place"
        return f"{where} (from {self.origin})" if self.origin else where

    @property
    def local(self) -> bool:
        """Whether the engine is reached without a network, and so publishes ports on this host."""
        return not self.url or self._scheme in LOCAL_SCHEMES

    @cached_property
    def address(self) -> str:
        """The host at which published ports are reached from here.

        Raises NoAddress when it makes no sense.
        """
        if self.local:
            return LOOPBACK
        place = parse(self.url)
        host = host_of(place) if place.kind == "ssh" else place.host
        return LOOPBACK if host == "localhost" else host

    @property
    def is_here(self) -> bool:
        """Whether the engine's host is this one, so that its networks' gateways are ours."""
        return self.local or self.address.startswith("127.")

    @cached_property
    def interface(self) -> str:
        """The engine's interface to publish ports on: only the one at which they are asked for.

        Raises OSError when the engine's name leads nowhere.
        """
        return socket.gethostbyname(self.address)

    @cached_property
    def here(self) -> str:
        """This host's address on the way to the engine's host, for what runs there.

        Nothing is sent to find it out. Raises OSError when no way leads there.
        """
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((self.interface, DISCARD))
            return str(way.getsockname()[0])

    @property
    def closes_input(self) -> bool:
        """Whether a connection's one direction can be closed alone, to end a command's input.

        The SDK's sockets for the pipes of Windows cannot.
        """
        return self._scheme != "npipe"

    @property
    def _scheme(self) -> str:
        return with_scheme(self.url.strip()).partition("://")[0]


def find(environment: Mapping[str, str], home: Path) -> Endpoint:
    """Look where the `docker` command would, then in the places of rootless engines and Podman.

    Raises EngineUnavailable for a context that is not there, and an error of the SDK when the
    environment or the context makes no sense.
    """
    if environment.get("DOCKER_HOST"):
        return _from_environment(environment)
    return _from_context(environment) or _from_usual_places(environment, home)


def _from_environment(environment: Mapping[str, str]) -> Endpoint:
    url = environment["DOCKER_HOST"]
    secured = any(environment.get(name) for name in TLS_VARIABLES)
    plain = Endpoint(url, origin="DOCKER_HOST")
    if not secured or plain.local:
        return plain
    # The SDK takes a tenth of a second to import, which those who need none of it do not spend.
    from docker.utils import kwargs_from_env

    return Endpoint(url, kwargs_from_env(dict(environment)).get("tls"), origin="DOCKER_HOST")


def context_name(environment: Mapping[str, str]) -> str:
    """The Docker context that the `docker` command uses; an address by DOCKER_HOST is `default`."""
    if environment.get("DOCKER_HOST"):
        return DEFAULT
    return environment.get("DOCKER_CONTEXT") or _current_context()


def _from_context(environment: Mapping[str, str]) -> Endpoint | None:
    """The endpoint of the chosen Docker context; None when that is the default one."""
    name = context_name(environment)
    if name == DEFAULT:
        return None
    from docker.context import ContextAPI

    context = ContextAPI.get_context(name)
    if context is None:
        raise _no_context(name, environment, [one.name for one in ContextAPI.contexts()])
    if not context.Host:
        return None
    return Endpoint(context.Host, context.TLSConfig, origin=f'the Docker context "{context.name}"')


def _no_context(name: str, environment: Mapping[str, str], names: list[str]) -> EngineUnavailable:
    chosen = "DOCKER_CONTEXT" if environment.get("DOCKER_CONTEXT") else "docker context use"
    return EngineUnavailable(
        f'there is no Docker context "{name}" (chosen by {chosen}){did_you_mean(name, names)}',
        hint=f"choose one that is there: {', '.join(names)}; or set DOCKER_HOST",
    )


def _current_context() -> str:
    """The context that `docker context use` has chosen, read where the SDK reads it."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        config = json.loads((folder / "config.json").read_bytes())
        return str(config.get("currentContext") or DEFAULT)
    except (OSError, ValueError, AttributeError):
        return DEFAULT


def _from_usual_places(environment: Mapping[str, str], home: Path) -> Endpoint:
    """The first usual socket that exists; without any, the usual place."""
    if Path(USUAL_SOCKET).exists():
        return Endpoint(f"unix://{USUAL_SOCKET}")
    runtime = Path(environment.get("XDG_RUNTIME_DIR", "/nowhere"))
    places = (
        home / ".docker/run/docker.sock",
        runtime / "docker.sock",
        runtime / "podman/podman.sock",
        Path("/run/podman/podman.sock"),
    )
    for place in places:
        if place.exists():
            return Endpoint(f"unix://{place}", found=True)
    return Endpoint()

"""An engine's address taken apart, as the `docker` command understands it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

USUAL_SOCKET = "/var/run/docker.sock"
USUAL_PIPE = "npipe:////./pipe/docker_engine"
KINDS = {
    "unix": "unix",
    "http+unix": "unix",
    "tcp": "tcp",
    "http": "tcp",
    "https": "tls",
    "ssh": "ssh",
    "npipe": "npipe",
}


class NoAddress(Exception):
    """A text that is no engine's address, with the reason."""


@dataclass(frozen=True)
class Address:
    """Where to connect: `kind` is `unix` (with `path`), `tcp` or `tls` (with `host` and `port`).

    The kinds `ssh` and `npipe` are the SDK's to reach, which reads the URL by itself.
    """

    kind: str
    path: str = ""
    host: str = ""
    port: int = 0


def parse(url: str) -> Address:
    """Take a URL apart; an empty one is the usual place. Raises NoAddress."""
    parts = _split(url or _usual())
    kind = KINDS.get(parts.scheme)
    if kind is None:
        raise NoAddress(f'nothing is spoken by the name of "{parts.scheme}"')
    if kind == "unix":
        # `unix://path` has always been taken for `unix:///path`.
        path = f"/{parts.netloc}{parts.path}" if parts.netloc else parts.path
        return Address(kind, path=path or USUAL_SOCKET)
    if kind in ("tcp", "tls"):
        return _on_network(kind, parts)
    return Address(kind)


def with_scheme(url: str) -> str:
    """`host:port` without a scheme means TCP to Docker, but a scheme "host" to the URL parser."""
    return url if "//" in url else f"tcp://{url}"


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(with_scheme(url.strip()))
    except ValueError as error:
        raise NoAddress(str(error)) from error


def _on_network(kind: str, parts: SplitResult) -> Address:
    try:
        port = parts.port
    except ValueError as error:
        raise NoAddress(str(error)) from error
    if not port:
        raise NoAddress("a port is required")
    return Address(kind, host=parts.hostname or "127.0.0.1", port=port)


def _usual() -> str:
    return USUAL_PIPE if sys.platform == "win32" else f"unix://{USUAL_SOCKET}"

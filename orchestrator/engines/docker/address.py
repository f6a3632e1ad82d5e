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


class Unreachable(Exception):
    """Whoever makes the connection for us could not; the words are its own."""


@dataclass(frozen=True)
class Address:
    """Where to connect.

    `kind` is `unix` (with `path`), `tcp` or `tls` (with `host` and `port`), or `ssh` (with `host`,
    and `port` and `user` where they are not left to ssh). The kind `npipe` is the SDK's to reach,
    which reads the URL by itself.
    """

    kind: str
    path: str = ""
    host: str = ""
    port: int = 0
    user: str = ""


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
    return _behind_ssh(parts) if kind == "ssh" else Address(kind)


def with_scheme(url: str) -> str:
    """`host:port` without a scheme means TCP to Docker, but a scheme "host" to the URL parser."""
    return url if "//" in url else f"tcp://{url}"


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(with_scheme(url.strip()))
    except ValueError as error:
        raise NoAddress(str(error)) from error


def _on_network(kind: str, parts: SplitResult) -> Address:
    port = _port(parts)
    if not port:
        raise NoAddress("a port is required")
    return Address(kind, host=parts.hostname or "127.0.0.1", port=port)


def _behind_ssh(parts: SplitResult) -> Address:
    if not parts.hostname:
        raise NoAddress("a host is required")
    if parts.path.strip("/"):
        raise NoAddress(f'ssh leads to a host, and to no path "{parts.path}" on it')
    if parts.password is not None:
        raise NoAddress("ssh takes no password from an address; use a key")
    # Unlike `hostname`, as it was written: the settings of ssh know hosts by such names.
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}").strip("[]")
    return Address("ssh", host=host, port=_port(parts) or 0, user=parts.username or "")


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise NoAddress(str(error)) from error


def _usual() -> str:
    return USUAL_PIPE if sys.platform == "win32" else f"unix://{USUAL_SOCKET}"

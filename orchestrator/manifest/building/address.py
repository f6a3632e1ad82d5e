"""The address of something that runs already, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from orchestrator.manifest.words import listed, quoted

_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


class Wrong(Exception):
    """What is wrong with an address, in words that show nothing of its password."""


@dataclass(frozen=True)
class Address:
    """What an address says, decoded; `path` is as it was written."""

    scheme: str
    user: str
    password: str
    host: str
    port: int
    path: str
    query: str

    @property
    def settings(self) -> list[tuple[str, str]]:
        """The names in the query, with their values."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def protocol(self) -> str:
        """The scheme without the driver that some name behind a plus sign."""
        return self.scheme.partition("+")[0].lower()


def taken_apart(text: str, port: int | None, example: str) -> Address:
    """Return what an address says; `port` is the one that is meant where it names none.

    Raises Wrong, in whose words the `example` is a good one.
    """
    scheme, mark, _ = text.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        raise Wrong(f"must be an address such as {example}")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Wrong(f"its host is not understood; write it as in {example}") from None
    if parts.fragment:
        raise Wrong("cannot hold `#`; in a password, write %23")
    return Address(
        scheme=scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=_host(parts, example),
        port=_port(parts, port or _PORTS.get(scheme.lower()), example),
        path=parts.path,
        query=parts.query,
    )


def _host(parts: SplitResult, example: str) -> str:
    host = parts.hostname
    if not host:
        raise Wrong(f"names no host; write it as in {example}")
    if "," in host or "," in parts.netloc.rpartition("@")[2]:
        raise Wrong("names several hosts; only one of them can be adopted")
    if "%" in host or re.search(r"\s", host):
        raise Wrong(f"{quoted(host)} cannot be the name of a host")
    return host


def _port(parts: SplitResult, otherwise: int | None, example: str) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise Wrong("its port must be a number from 1 to 65535")
    if port is None and otherwise is None:
        raise Wrong(f"names no port; write it as in {example}")
    return port or otherwise or 0


def check_scheme(address: Address, schemes: tuple[str, ...], name: str) -> None:
    """Raise Wrong for an address of something else."""
    if address.protocol not in schemes:
        begins = listed([f"{scheme}://" for scheme in schemes], "or")
        raise Wrong(
            f"begins with {quoted(address.scheme + '://')}, and the address of {name} with {begins}"
        )


def check_user(address: Address, example: str, *, needed: bool) -> None:
    """Raise Wrong for an address that does not say as whom one gets in, where it has to."""
    if needed and not address.user:
        raise Wrong(f"names no user; write it as in {example}")


def database(address: Address, default: str | None, example: str) -> str:
    """Return the database that an address names. Raises Wrong where there must be one."""
    written = address.path.removeprefix("/")
    if "/" in written:
        raise Wrong("names more than one database; a slash in a name is written %2F")
    if written:
        return unquote(written)
    if default is None:
        raise Wrong(f"names no database; write it behind the port, as in {example}")
    return default

"""A server that runs already, as its address names it: nothing of it is started or removed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Adopted:
    """The parts of an address that are no resource's own: user, password and database are there.

    `scheme` is as it was written (`postgresql+asyncpg`), `host` without brackets, `path` what
    stands behind a service's port, `query` what stands behind the question mark. `database` is the
    given one, also where the run makes another for itself. What is `owned` may be written to.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = ""
    database: str = ""
    owned: bool = False

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether the address means this very host, which in a container means another."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def settings(self) -> Mapping[str, str]:
        """The query by its names."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


def bracketed(host: str) -> str:
    """Return a host as it stands in an address, where an IPv6 one has brackets."""
    return f"[{host}]" if ":" in host else host

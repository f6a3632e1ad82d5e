"""Ports of this host that nobody is given unasked, and which Greenroom means to have which of them.

Linux gives away the ports of one range by itself: to connections, and to servers that ask for any
port (`ip_local_port_range`, ip(7)). What is outside stays free after we have let go of it for a
program, however long that takes to listen there. Only other Greenrooms choose there, too: they are
kept apart by sockets with a name (abstract addresses, unix(7)), which belong to a network
namespace as ports do, are seen by every user, and end with the process. Other systems have neither.
"""

from __future__ import annotations

import errno
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

GIVEN_AWAY = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The first and the last port of that range."""

RESERVED = Path("/proc/sys/net/ipv4/ip_local_reserved_ports")
"""Ports that an administrator keeps for certain servers: `8080,9148-9150`, or nothing."""

DYNAMIC = 49152
"""From here on no port is assigned to a server (RFC 6335, section 6)."""

HIGHEST = 65535


def unasked() -> list[int]:
    """Return these ports, beginning anywhere; none where the system gives away all that there are.

    Nobody is assigned one of them, nor has an administrator kept it for somebody.
    """
    try:
        last = int(GIVEN_AWAY.read_text().split()[1])
        reserved = {port for part in RESERVED.read_text().split(",") for port in numbers(part)}
    except (OSError, ValueError, IndexError):
        return []
    ports = [port for port in range(max(last + 1, DYNAMIC), HIGHEST + 1) if port not in reserved]
    first = random.randrange(len(ports)) if ports else 0  # noqa: S311 - it is no secret
    return ports[first:] + ports[:first]


def numbers(part: str) -> Iterator[int]:
    """Yield the ports of a part of such a list: of `9148-9150`, of `8080`, or of nothing."""
    if part.strip():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def claimed(port: int) -> socket.socket | None:
    """Claim a port among all Greenrooms, until the socket is closed.

    None where nobody can: on other systems, and in a sandbox without such sockets. Raises
    FileExistsError when another has claimed it.
    """
    if sys.platform != "linux":
        return None
    with ExitStack() as stack:
        try:
            claim = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            claim.bind(f"\0greenroom port {port}")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise FileExistsError(f"another greenroom means to use port {port}") from error
            return None
        stack.pop_all()
        return claim


def is_claimed(port: int) -> bool:
    """Whether a Greenroom means to start something on this port."""
    try:
        claim = claimed(port)
    except FileExistsError:
        return True
    if claim:
        claim.close()
    return False

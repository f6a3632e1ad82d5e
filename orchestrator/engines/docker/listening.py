"""Where the processes of a container listen: its own network's tables say so."""

from __future__ import annotations

import ipaddress

from orchestrator.engines.docker import execs
from orchestrator.engines.docker.client import Api
from orchestrator.errors import EngineError
from orchestrator.model.launch import Listener
from orchestrator.waiting import Deadline

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")

LISTENS = "0A"
"""TCP_LISTEN in the fourth column (Linux, `Documentation/networking/proc_net_tcp.rst`)."""

COLUMNS = 4

WORD = 8
"""So many digits are 32 bits of an address, of which the last byte stands first."""

RESOLVER = "127.0.0.11"
"""Docker's own name server, which listens in every container of a user's network."""


def listeners(api: Api, container: str, deadline: Deadline) -> list[Listener] | None:
    """Return where its processes listen; None where it has no `cat`, or does not run."""
    try:
        tables = execs.run(api, container, ["cat", *TABLES], deadline, {}, None, None)
    except EngineError:
        return None
    # Without IPv6 there is no second table: `cat` says so, and has printed the first one.
    return listed(tables.stdout) if tables.stdout else None


def listed(tables: str) -> list[Listener]:
    """Return the listeners in the text of such tables, each once."""
    rows = [row for line in tables.splitlines() if len(row := line.split()) >= COLUMNS]
    found = [_listener(address) for _, address, _, state, *_ in rows if state == LISTENS]
    return [one for one in dict.fromkeys(found) if one.host != RESOLVER]


def _listener(address: str) -> Listener:
    host, _, port = address.partition(":")
    words = [host[at : at + WORD] for at in range(0, len(host), WORD)]
    packed = b"".join(bytes.fromhex(word)[::-1] for word in words)
    shown = ipaddress.ip_address(packed)
    if isinstance(shown, ipaddress.IPv6Address) and shown.ipv4_mapped:
        shown = shown.ipv4_mapped
    return Listener(str(shown), int(port, 16))

"""Where processes of this host listen."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

from orchestrator.model.launch import Listener


def listeners(pids: Iterable[int]) -> list[Listener] | None:
    """Return where these processes listen; None where the system shows us none of them."""
    found: list[Listener] = []
    seen = False
    for pid in sorted(pids):
        try:
            sockets = psutil.Process(pid).net_connections("tcp")
        except (psutil.Error, OSError):
            continue
        seen = True
        found += (
            Listener(one.laddr.ip, one.laddr.port)
            for one in sockets
            if one.status == psutil.CONN_LISTEN
        )
    return [*dict.fromkeys(found)] if seen else None

"""Chooses host ports and holds them, so that nobody else takes them before the resource does.

A held port is bound but nobody listens on it. On Linux whoever binds it with SO_REUSEADDR, as
container engines and most servers do, can listen on it while it is held; a server without that
option cannot, and on other systems nobody can. So a port is released right before a process of ours
is started, and may be held until after its start where a container engine publishes it, and on
Linux (`SHARED`) until one of the known servers is ready, which all have that option.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
from types import TracebackType
from typing import Self

from orchestrator.errors import EngineError, PortTaken

SHARED = sys.platform == "linux"
"""Whether somebody can listen on a port that we hold."""

LOOPBACK = "127.0.0.1"

PRIVILEGED = 1024
"""Ports below this one are for administrators, on most systems."""


class HeldPorts:
    """Ports of this host that are ours until they are released; the end of a `with` releases all.

    Every method may be called from any thread.
    """

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def take(self, count: int) -> list[int]:
        """Choose so many free ports and hold them.

        Raises PortTaken, and holds none of them, when no more are free.
        """
        taken: list[int] = []
        try:
            for _ in range(count):
                taken.append(self._hold(0))
        except BaseException:
            self.release(*taken)
            raise
        return taken

    def take_fixed(self, port: int) -> int:
        """Hold this very port.

        Raises PortTaken when somebody listens on it, or we hold it already; EngineError when this
        user may not have it. Another Greenroom that only holds it goes unnoticed, since it and we
        may both bind it: the first to start on it wins, and the engine tells the other.
        """
        return self._hold(port)

    def release(self, *ports: int) -> None:
        """Hold these no longer. One that is not held is fine."""
        with self._lock:
            held = [self._sockets.pop(port) for port in ports if port in self._sockets]
        for one in held:
            one.close()

    def close(self) -> None:
        """Release everything."""
        self.release(*tuple(self._sockets))

    def _hold(self, port: int) -> int:
        holder = bound(port)
        number: int = holder.getsockname()[1]
        with self._lock:
            if self._sockets.setdefault(number, holder) is holder:
                return number
        holder.close()
        raise taken(number)


def bound(port: int) -> socket.socket:
    """Return a socket bound to a port of the loopback; 0 leaves the choice to the system.

    The system chooses one that nobody has bound, holders included.
    """
    holder = socket.socket()
    try:
        if os.name == "posix":
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((LOOPBACK, port))
    except OSError as error:
        holder.close()
        raise refusal(port, error) from error
    return holder


def refusal(port: int, error: OSError) -> EngineError:
    """Return what it means that a port could not be bound."""
    if error.errno == errno.EADDRINUSE:
        return taken(port)
    if error.errno == errno.EACCES and port < PRIVILEGED:
        return EngineError(
            f"port {port} of this host is not allowed to this user",
            hint=f"choose a port above {PRIVILEGED - 1}",
        )
    return EngineError(f"port {port} of this host cannot be had: {error.strerror}")


def taken(port: int) -> PortTaken:
    """Return the error that says that somebody has a port."""
    if not port:
        return PortTaken("no port of this host is free", hint="remove what you no longer need")
    return PortTaken(
        f"port {port} of this host is taken",
        port=port,
        hint=f"end {holder(port)}, choose another port, or let Greenroom choose one",
    )


def holder(port: int) -> str:
    """Return in words who listens on a port, as far as the system tells this user."""
    import psutil  # Only failures need it.

    with contextlib.suppress(psutil.Error, OSError):
        for one in psutil.net_connections("tcp"):
            listens = one.status == psutil.CONN_LISTEN and one.laddr[1:] == (port,)
            if listens and one.pid:
                return f"{psutil.Process(one.pid).name()} (process {one.pid}), which listens there"
    return "whoever listens there"

"""Chooses host ports and holds them, so that nobody else takes them before the resource does.

A held port is bound but nobody listens on it. On Linux whoever binds it with SO_REUSEADDR, as
container engines and most servers do, can listen on it while it is held; a server without that
option cannot, and on other systems nobody can. So a port is lent right before a process of ours
is started, and may be held until after its start where a container engine publishes it, and on
Linux (`SHARED`) until one of the known servers is ready, which all have that option.

Nobody holds a port that is lent, and a program may take its time to listen there. So those are
chosen that nobody else comes to by chance (`unasked.py`), as long as there are such.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from orchestrator.errors import EngineError, PortTaken
from orchestrator.host.unasked import claimed, is_claimed, unasked

SHARED = sys.platform == "linux"
"""Whether somebody can listen on a port that we hold."""

POSIX = os.name == "posix"
"""Whether SO_REUSEADDR means what it says here; elsewhere it would share a port with anybody."""

LOOPBACK = "127.0.0.1"

SOMEBODY = "whoever listens there"
"""Who has a port of which the system tells this user no more."""

PRIVILEGED = 1024
"""Ports below this one are for administrators, on most systems."""


@dataclass(frozen=True)
class Hold:
    """What we have of a port: the socket that is bound to it, and the claim among Greenrooms."""

    holder: socket.socket
    claim: socket.socket | None

    def end(self) -> None:
        """Have nothing of it any more."""
        self.holder.close()
        if self.claim:
            self.claim.close()


class HeldPorts:
    """Ports of this host that are ours until they are released; the end of a `with` releases all.

    Every method may be called from any thread.
    """

    def __init__(self) -> None:
        self._holds: dict[int, Hold] = {}
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
        choice = iter(unasked())
        try:
            for _ in range(count):
                taken.append(self._choose(choice))
        except BaseException:
            self.release(*taken)
            raise
        return taken

    def take_fixed(self, port: int) -> int:
        """Hold this very port.

        Raises PortTaken when somebody listens on it, or a Greenroom has it already; EngineError
        when this user may not have it. Where nobody can claim a port, another Greenroom that only
        holds it goes unnoticed, since it and we may both bind it: the first to start on it wins,
        and the engine tells the other.
        """
        return self._hold(port, bound(port))

    def take_back(self, *ports: int) -> None:
        """Hold those of these that we do not hold yet, and that nobody else has.

        What is made anew is to have the ports of what it replaces, which has held them until now.
        """
        for port in ports:
            if port not in self._holds:
                with contextlib.suppress(EngineError):
                    self.take_fixed(port)

    def lend(self, *ports: int) -> None:
        """Let a program of ours bind these, whatever its options. They stay ours until released."""
        with self._lock:
            lent = [self._holds[port] for port in ports if port in self._holds]
        for one in lent:
            one.holder.close()

    def release(self, *ports: int) -> None:
        """Hold these no longer. One that is not held is fine."""
        with self._lock:
            held = [self._holds.pop(port) for port in ports if port in self._holds]
        for one in held:
            one.end()

    def close(self) -> None:
        """Release everything."""
        self.release(*tuple(self._holds))

    def _choose(self, choice: Iterator[int]) -> int:
        """Hold the first of these that is free, or else one that the system chooses."""
        for port in choice:
            with contextlib.suppress(EngineError):
                return self._hold(port, bound(port, alone=True))
        return self._hold(0, bound(0))

    def _hold(self, port: int, holder: socket.socket) -> int:
        """Note down the socket that is bound to this port. Raises PortTaken, and closes it."""
        number: int = holder.getsockname()[1]
        try:
            # What the system has chosen is nobody's; what it gives away, others get without asking.
            hold = Hold(holder, claimed(port) if port else None)
        except FileExistsError as error:
            holder.close()
            raise taken(port) from error
        with self._lock:
            if self._holds.setdefault(number, hold) is hold:
                return number
        hold.end()
        raise taken(number)


def bound(port: int, *, alone: bool = False) -> socket.socket:
    """Return a socket bound to a port of the loopback; 0 leaves the choice to the system.

    The system chooses one that nobody has bound, holders included. With `alone` this very port is
    had on the same terms: connections that were closed a moment ago count as well, because they
    keep servers without SO_REUSEADDR away.
    """
    holder = socket.socket()
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, POSIX and not alone)
        holder.bind((LOOPBACK, port))
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, POSIX)
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
    """Return in words who has a port that we have not claimed, as far as the system tells us."""
    if found := seen_holder(port):
        return found
    if is_claimed(port):
        return "the other greenroom, which is about to start something there"
    return SOMEBODY


def seen_holder(port: int) -> str:
    """Return in words which process listens on a port, or else has a connection from it.

    Nothing when the system shows this user none.
    """
    import psutil  # Only failures need it.

    with contextlib.suppress(psutil.Error, OSError):
        users = [one for one in psutil.net_connections("tcp") if one.laddr[1:] == (port,)]
        for one in sorted(users, key=lambda each: each.status != psutil.CONN_LISTEN):
            if one.pid:
                listens = one.status == psutil.CONN_LISTEN
                does = "which listens there" if listens else "which has a connection from there"
                return f"{psutil.Process(one.pid).name()} (process {one.pid}), {does}"
    return ""

"""A socket on which no wait is longer than its deadline, and which HTTP can be spoken on."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from orchestrator.engines.docker.patience import Silent
from orchestrator.waiting import Deadline

TICK = 0.1
"""Seconds until a waiting socket looks at its deadline again."""
AT_ONCE = 65536


class Wire:
    """A connected socket as `http.client` wants it; waiting raises Stopped or TimedOut in time.

    It raises Silent when the other side neither takes nor sends anything for `silence` seconds.
    """

    def __init__(self, sock: Any, deadline: Deadline, silence: float = float("inf")) -> None:
        sock.settimeout(TICK)
        self._socket = sock
        self._deadline = deadline
        self._silence = silence
        self._last_sign = time.monotonic()

    def sendall(self, data: Any) -> None:
        """Send all of it, however long the other side takes to read."""
        view = memoryview(data).cast("B")
        while view:
            view = view[self._patiently(partial(self._socket.send, bytes(view[:AT_ONCE]))) :]

    def receive_into(self, buffer: Any) -> int:
        """Fill the buffer with what has come; 0 at the end."""
        return self._patiently(lambda: self._receive(buffer))

    def end_input(self) -> None:
        """Tell the other side that nothing more is sent."""
        self._patiently(self._end)

    def bear_silence(self) -> None:
        """From now on let the other side say nothing for as long as the deadline allows."""
        self._silence = float("inf")

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        """What `http.client` reads from."""
        return io.BufferedReader(_Reader(self), AT_ONCE)

    def close(self) -> None:
        """Nothing: `http.client` closes the socket before the answer is read; `hang_up` ends it."""

    def hang_up(self) -> None:
        """End the connection, and with it whatever waits for it in another thread."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _patiently(self, act: Callable[[], int]) -> int:
        """Try until the socket is ready, with a look at the deadline at every tick."""
        while True:
            self._deadline.check()
            with suppress(TimeoutError):
                result = act()
                self._last_sign = time.monotonic()
                return result
            if time.monotonic() - self._last_sign > self._silence:
                raise Silent(self._silence)

    def _receive(self, buffer: Any) -> int:
        # The SDK's sockets for Windows's pipes only know the older call.
        if hasattr(self._socket, "recv_into"):
            return int(self._socket.recv_into(buffer))
        data = self._socket.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _end(self) -> int:
        self._socket.shutdown(socket.SHUT_WR)
        return 0


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.receive_into(buffer)

"""A socket on which no wait is longer than its deadline, and which HTTP can be spoken on."""

from __future__ import annotations

import io
import socket
from contextlib import suppress
from typing import Any

import docker
import requests

from orchestrator.engines.docker import tls
from orchestrator.waiting import Deadline

TICK = 0.25
"""Seconds until a waiting socket looks at its deadline again."""
AT_ONCE = 65536


class Wire:
    """The SDK's socket as `http.client` wants it; waiting raises Stopped or TimedOut in time.

    The SDK's own streams either have no time limit at all or are unusable after the first one.
    """

    def __init__(self, sock: Any, deadline: Deadline) -> None:
        sock.settimeout(TICK)
        self._socket = sock
        self._deadline = deadline

    def sendall(self, data: Any) -> None:
        """Send all of it, however long the other side takes to read."""
        view = memoryview(data).cast("B")
        while view:
            self._deadline.check()
            with suppress(TimeoutError):
                view = view[self._socket.send(bytes(view[:AT_ONCE])) :]

    def receive_into(self, buffer: Any) -> int:
        """Fill the buffer with what has come; 0 at the end."""
        while True:
            self._deadline.check()
            with suppress(TimeoutError):
                # The sockets of ssh connections only know the older call.
                if hasattr(self._socket, "recv_into"):
                    return int(self._socket.recv_into(buffer))
                data = self._socket.recv(len(buffer))
                buffer[: len(data)] = data
                return len(data)

    def end_input(self) -> None:
        """Tell the other side that nothing more is sent."""
        ended = False
        while not ended:
            self._deadline.check()
            with suppress(TimeoutError):
                self._socket.shutdown(socket.SHUT_WR)
                ended = True

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


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.receive_into(buffer)


def dial(client: docker.APIClient, seconds: float) -> Any:
    """A new connected socket to the engine, by the SDK's own ways: Unix, TCP, pipe or ssh."""
    base = client.base_url
    if base.startswith("https:"):
        return tls.connect(client, seconds)
    request = requests.Request("GET", base).prepare()
    adapter: Any = client.get_adapter(base)
    pool = adapter.get_connection_with_tls_context(request, client.verify, cert=client.cert)
    connection = pool._new_conn()
    connection.timeout = seconds
    connection.connect()
    return connection.sock

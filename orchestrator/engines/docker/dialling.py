"""Connecting to the engine: over sockets, through ssh, and by the SDK over Windows's pipes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from orchestrator.engines.docker import ssh, tls
from orchestrator.engines.docker.address import Address, Unreachable, parse
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.patience import Silent
from orchestrator.engines.docker.wire import TICK
from orchestrator.waiting import Deadline

LIMIT = 30.0
"""Seconds for a connection to come about."""
PAUSE = 0.05


class Dialler:
    """Makes a new connection for every call: none is ever found dead, and none is shared."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._address = parse(endpoint.url)
        self._pool: Any = None
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """What an HTTP request names as its host."""
        return self._address.host or "docker"

    def dial(self, deadline: Deadline) -> Any:
        """Connect. Raises OSError when nobody answers, Stopped or TimedOut by the deadline.

        Looking up a name, and what the SDK does, cannot be interrupted.
        """
        kind = self._address.kind
        if kind == "unix":
            return _socket(socket.AF_UNIX, self._address.path, deadline)
        if kind in ("tcp", "tls"):
            return self._over_network(deadline)
        if kind == "ssh":
            deadline.check()
            return ssh.dial(self._address)
        return self._by_the_sdk(deadline)

    def _over_network(self, deadline: Deadline) -> Any:
        sock = _tcp(self._address, deadline)
        if self._address.kind == "tcp" and self._endpoint.tls is None:
            return sock
        try:
            sock.settimeout(TICK)
            secured = tls.TlsSocket(sock, tls.context(self._endpoint.tls), self._address.host)
            _patiently(secured.shake_hands, deadline)
        except BaseException:
            sock.close()
            raise
        return secured

    def _by_the_sdk(self, deadline: Deadline) -> Any:
        """A connection as the SDK makes it. Raises Unreachable, because it raises what it likes."""
        try:
            with self._lock:
                self._pool = self._pool or _pool(self._endpoint)
            connection = self._pool._new_conn()
            connection.timeout = deadline.remaining(LIMIT)
            connection.connect()
        except Exception as error:
            raise Unreachable(str(error)) from error
        return connection.sock


def _pool(endpoint: Endpoint) -> Any:
    """The SDK's way to an engine. It costs a tenth of a second to import."""
    import docker
    import requests

    # With a version given, the client asks for none.
    client = docker.APIClient(base_url=endpoint.url or None, version="1.41")
    request = requests.Request("GET", client.base_url).prepare()
    adapter: Any = client.get_adapter(client.base_url)
    return adapter.get_connection_with_tls_context(request, client.verify)


def _tcp(address: Address, deadline: Deadline) -> socket.socket:
    """Connect to the first of a host's addresses that answers. Raises the last one's OSError."""
    failure: OSError | None = None
    places = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for family, _type, _protocol, _name, place in places:
        try:
            return _socket(family, place, deadline)
        except OSError as error:
            failure = error
    raise failure or OSError("the name leads nowhere")


def _socket(family: int, place: Any, deadline: Deadline) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        _connect(sock, place, deadline)
    except BaseException:
        sock.close()
        raise
    return sock


def _connect(sock: socket.socket, place: Any, deadline: Deadline) -> None:
    begun = False
    sock.settimeout(TICK)

    def attempt() -> None:
        nonlocal begun
        if begun:
            # Nothing is sent by this: it waits until the connection under way can be used.
            sock.send(b"")
            return
        try:
            sock.connect(place)
        except TimeoutError:
            begun = True
            raise

    _patiently(attempt, deadline)


def _patiently(act: Callable[[], None], deadline: Deadline) -> None:
    """Try until it is done, with a look at the deadline at every tick. Raises Silent."""
    until = time.monotonic() + LIMIT
    while True:
        deadline.check()
        try:
            act()
        except BlockingIOError:  # more connections wait for a Unix socket than it has room for
            deadline.stop.wait(PAUSE)
        except TimeoutError:
            pass
        else:
            return
        if time.monotonic() > until:
            raise Silent(LIMIT)

"""The ports of the fake engine: real sockets that answer whatever comes with one reply."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterable
from typing import Any

from orchestrator.errors import PortTaken


class Server(socketserver.ThreadingTCPServer):
    """A port that answers whatever comes with the same reply, and never hangs up by itself."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, reply: bytes) -> None:
        self.reply = reply
        self._connections: list[Any] = []
        super().__init__(("127.0.0.1", port), _Conversation)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that the end of the server ends it."""
        self._connections.append(request)
        super().process_request(request, client_address)

    def end(self) -> None:
        """Stop listening, and hang up."""
        self.shutdown()
        self.server_close()
        for connection in self._connections:
            self.shutdown_request(connection)


class _Conversation(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Server)
        while self.request.recv(65536):
            self.request.sendall(self.server.reply)


def serve(ports: Iterable[int], reply: bytes) -> list[Server]:
    """Listen on all ports, or on none. Raises PortTaken for the first that somebody else has."""
    servers: list[Server] = []
    for port in ports:
        try:
            servers.append(Server(port, reply))
        except OSError as error:
            for server in servers:
                server.end()
            raise PortTaken(f"port {port}: {error.strerror}", port=port) from error
    return servers

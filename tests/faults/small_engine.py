"""A small server on a Unix socket that stands in for the engine, and a client to ask with."""

from __future__ import annotations

import http.client
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Self

ANSWER = b'{"Id": "0123456789abcdef", "ContainerID": "0123456789abcdef"}'


class Handler(BaseHTTPRequestHandler):
    """Answers with a length, in chunks, or by switching to bare streams, as the path says."""

    protocol_version = "HTTP/1.1"
    server: SmallEngine

    def answer(self) -> None:
        body = self.read_body()
        self.server.asked.append((self.command, self.path, body))
        if self.path.endswith("/start") and "/exec/" in self.path:
            self.echo()
        elif self.path.endswith("/logs"):
            self.send_chunks(b"one\n", b"two\n")
        elif self.path.endswith("/wait"):
            self.server.over.wait()
        else:
            self.send(b"Content-Length: %d\r\n" % len(ANSWER), ANSWER)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - http.server's names

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def send(self, fields: bytes, body: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n" + body)

    def send_chunks(self, *pieces: bytes) -> None:
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        self.send(b"Transfer-Encoding: chunked\r\n", chunks + b"0\r\n\r\n")

    def echo(self) -> None:
        self.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n")
        while piece := self.rfile.read1(65536):
            self.wfile.write(piece)
        self.wfile.write(b" and the end")
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


class SmallEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Handler)
        self.asked: list[tuple[str, str, bytes]] = []
        self.over = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """Nothing: whoever hangs up on it has its reasons."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class Client(http.client.HTTPConnection):
    """A connection over a Unix socket; it waits for nothing longer than 10 s."""

    def __init__(self, url: str) -> None:
        super().__init__("engine", timeout=20)
        self._path = url.removeprefix("unix://")

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self._path)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        chunked = not isinstance(body, bytes | None)
        try:
            self.request(method, path, body, encode_chunked=chunked)
            answer = self.getresponse()
            return answer.status, answer.read()
        except OSError:
            # What was cut while it was sent cannot be used again, whatever http.client thinks.
            self.close()
            raise

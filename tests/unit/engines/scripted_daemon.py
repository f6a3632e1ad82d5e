"""A stand-in for the engine's daemon: answers as it is told, cuts itself off or falls silent."""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from orchestrator.engines.docker import DockerEngine

Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """What was asked, and the way to answer it."""

    protocol_version = "HTTP/1.1"
    body: bytes
    server: Daemon

    def answer(self) -> None:
        self.body = self.read_body()
        self.server.asked.append(f"{self.command} {self.path}")
        answers = self.server.answers_to(self.command, self.path)
        answers(self)

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

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        pass


class Daemon(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, certificates: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.environ = {"DOCKER_HOST": f"tcp://127.0.0.1:{self.server_address[1]}"}
        if certificates:
            self._speak_tls(certificates)
        self.asked: list[str] = []
        self.over = threading.Event()
        self._routes: list[tuple[str, list[Answer]]] = []
        version = {"Version": "99.1", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
        self.on("GET .*/version", json_answer(version))

    def on(self, pattern: str, *answers: Answer) -> None:
        """Answer requests that match, in turn, and all that follow with the last answer."""
        self._routes.insert(0, (pattern, list(answers)))

    def answers_to(self, method: str, path: str) -> Answer:
        for pattern, answers in self._routes:
            if re.fullmatch(pattern, f"{method} {path}"):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return refusal(404, f"nobody told the daemon about {method} {path}")

    def engine(self) -> DockerEngine:
        return DockerEngine(self.environ)

    def _speak_tls(self, folder: Path) -> None:
        self.environ |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: Any) -> None:
        """Nothing: whoever hangs up on it has its reasons."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


def json_answer(value: object, status: int = 200) -> Answer:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return lambda request: request.send(head.encode() + b"\r\n\r\n" + body)


def refusal(status: int, words: str) -> Answer:
    return json_answer({"message": words}, status)


def nothing(request: Request) -> None:
    request.send(b"HTTP/1.1 204 No Content\r\n\r\n")


def silence(request: Request) -> None:
    request.server.over.wait()


def cut(*pieces: bytes) -> Answer:
    """Send this much and end the connection."""

    def answer(request: Request) -> None:
        for piece in pieces:
            request.send(piece)
        request.hang_up()

    return answer


def chunked(*pieces: bytes, whole: bool = True) -> Answer:
    """A streamed answer; without its end when it is not whole."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return cut(head + body + (b"0\r\n\r\n" if whole else b""))


def lines(*reports: object) -> Answer:
    """Reports as pulls and builds send them."""
    return chunked(*(json.dumps(report).encode() + b"\r\n" for report in reports))


def hijacked(*pieces: bytes) -> Answer:
    """The bare streams of a command."""
    head = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    # In one piece, as it may well arrive: what follows the head must not be lost with it.
    return cut(head + b"".join(pieces))


def frame(number: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", number, len(data)) + data


def echo(request: Request) -> None:
    """A command that writes what it reads, and a last word when its input has ended."""
    request.send(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
    while piece := request.rfile.read1(65536):
        request.send(frame(1, piece))
    request.send(frame(2, b"the end"))
    request.hang_up()

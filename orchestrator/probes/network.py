"""Probes that ask over the network, from the tests' side, because that is whose answer counts."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator

from orchestrator.model.probe import Dialogue, Http
from orchestrator.probes.target import NETWORK_SECONDS, Answer, Target, excerpt
from orchestrator.waiting import Deadline, TimedOut

CLOSED = "closed at once"
"""The answer of a port whose connections are accepted, and then closed without a word."""

SLICE = 0.1
"""At most so many seconds pass before a wait looks at its deadline."""


def ask_http(probe: Http, target: Target) -> Answer:
    """GET the path; redirections are answers, not followed."""
    host, port = target.address(probe.port)
    client = http.client.HTTPSConnection if probe.tls else http.client.HTTPConnection
    connection = client(host, port, timeout=seconds_for(target))
    try:
        headers = {name: str(value) for name, value in probe.headers.items()}
        connection.request("GET", probe.path, headers=headers)
        status = connection.getresponse().status
    except http.client.RemoteDisconnected:
        return Answer(False, "closed without an answer")
    except http.client.BadStatusLine as error:
        return Answer(False, f"answered {excerpt(str(error))}, which is no HTTP")
    except (http.client.HTTPException, ValueError) as error:
        return Answer(False, excerpt(str(error)))
    except OSError as error:
        return Answer(False, words(error))
    finally:
        connection.close()
    good = status in probe.status if probe.status else 200 <= status < 400
    return Answer(good, f"HTTP {status}")


def ask_tcp(port: str | None, target: Target) -> Answer:
    """Connect; what is closed again at once does not count, what the server says first does."""
    try:
        with connected(target, port) as connection:
            connection.settimeout(target.quiet)
            stays = is_kept(connection)
    except OSError as error:
        return Answer(False, words(error))
    return Answer(True, "connected") if stays else Answer(False, CLOSED)


def is_kept(connection: socket.socket) -> bool:
    """Whether the other side keeps a connection open, or has something to say."""
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionResetError:
        return False


def ask_in_dialogue(probe: Dialogue, target: Target) -> Answer:
    """Send, and read until it is what was expected, or nothing more comes."""
    received, reason = b"", CLOSED
    deadline = target.deadline.sooner(NETWORK_SECONDS)
    try:
        with connected(target, probe.port) as connection:
            connection.sendall(str(probe.send).encode("latin-1"))
            for piece in pieces(connection, deadline):
                received += piece
                if re.search(probe.expect, received):
                    return Answer(True, f"answered {shown(received)}")
    except TimedOut:
        reason = f"connected, but no answer in {NETWORK_SECONDS:g} s"
    except OSError as error:
        reason = words(error)
    except UnicodeEncodeError as error:
        reason = f"cannot send {error.object[error.start : error.end]!r}: it is no Latin-1"
    return Answer(False, f"answered {shown(received)}" if received else reason)


def pieces(connection: socket.socket, deadline: Deadline) -> Iterator[bytes]:
    """Yield what comes, until the other side closes. Raises TimedOut, Stopped or OSError."""
    while True:
        deadline.check()
        connection.settimeout(max(deadline.remaining(SLICE), 0.001))
        try:
            piece = connection.recv(1 << 16)
        except TimeoutError:
            continue
        if not piece:
            return
        yield piece


def connected(target: Target, port: str | None) -> socket.socket:
    """Open a connection. Raises OSError."""
    return socket.create_connection(target.address(port), seconds_for(target))


def seconds_for(target: Target) -> float:
    """Return how long one attempt may take; never 0, which would mean not to wait at all."""
    return max(target.deadline.remaining(NETWORK_SECONDS), 0.001)


def words(error: OSError) -> str:
    """Return what went wrong on the way, in lower case and without a number."""
    if isinstance(error, TimeoutError):
        return f"no answer in {NETWORK_SECONDS:g} s"
    return (error.strerror or str(error) or type(error).__name__).lower()


def shown(data: bytes) -> str:
    """Return bytes as far as they are text."""
    return excerpt(data.decode("ascii", "replace").replace("\ufffd", " ")) or f"{len(data)} bytes"

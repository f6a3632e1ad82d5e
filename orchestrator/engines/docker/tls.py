"""TLS whose one direction can be closed alone, which Python's own TLS sockets cannot do.

A command's input ends only when its direction of the connection does, and an engine in another
container (`docker:dind` in CI) speaks TLS by default.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docker.tls import TLSConfig

AT_ONCE = 65536


def context(settings: TLSConfig | None) -> ssl.SSLContext:
    """What the SDK has read from the environment or the Docker context; None asks for the usual."""
    if settings is None:
        return ssl.create_default_context()
    result = ssl.create_default_context(cafile=settings.ca_cert if settings.verify else None)
    if not settings.verify:
        result.check_hostname = False
        result.verify_mode = ssl.CERT_NONE
    if settings.cert:
        result.load_cert_chain(*settings.cert)
    return result


class TlsSocket:
    """The little of a socket that a wire needs; one thread may read while another sends."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._socket = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._session = threading.Lock()
        self._taken = 0
        self._unsent = b""
        self._unread = b""
        self._ended = False

    def shake_hands(self) -> None:
        """Agree with the other side on the secrets. To be called again after a TimeoutError."""
        done = False
        while not done:
            with suppress(ssl.SSLWantReadError):
                self._tls.do_handshake()
                done = True
            self._flush()
            if not done:
                self._receive()

    def settimeout(self, seconds: float) -> None:
        """Let no single wait be longer; it raises TimeoutError then, and nothing is lost."""
        self._socket.settimeout(seconds)

    def recv_into(self, buffer: Any) -> int:
        """Fill the buffer with what has come; 0 when the other side has ended its direction."""
        # Whoever reads must not send as well: it could wait for the other side to read first.
        while (count := self._read_into(buffer)) is None:
            self._receive()
        return count

    def send(self, data: bytes) -> int:
        """Send some of the data; say how much. To be called with the same after a TimeoutError."""
        if not self._taken:
            with self._session:
                self._taken = self._tls.write(data)
        self._flush()
        taken, self._taken = self._taken, 0
        return taken

    def shutdown(self, how: int) -> None:
        """Tell the other side that nothing more comes (`close_notify`: RFC 8446, section 6.1).

        To be called again after a TimeoutError.
        """
        if how != socket.SHUT_WR:
            self._socket.shutdown(how)
            return
        if not self._ended:
            self._ended = True
            self._notify()
        self._flush()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _read_into(self, buffer: Any) -> int | None:
        """Decipher into the buffer; None when more has to come first."""
        with self._session:
            if self._unread:
                piece = self._unread[: len(buffer)]
                buffer[: len(piece)], self._unread = piece, self._unread[len(piece) :]
                return len(piece)
            try:
                piece = self._tls.read(len(buffer))
            except ssl.SSLWantReadError:
                return None
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                # Whether that was the end is for those to say who know what should come.
                return 0
            buffer[: len(piece)] = piece
            return len(piece)

    def _notify(self) -> None:
        with self._session:
            # OpenSSL looks for the other side's end too, and would take unread data for a fault.
            with suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                while data := self._tls.read(AT_ONCE):
                    self._unread += data
            with suppress(ssl.SSLWantReadError):
                self._tls.unwrap()

    def _receive(self) -> None:
        data = self._socket.recv(AT_ONCE)
        with self._session:
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self) -> None:
        """Send what is enciphered, in its order; what is not taken in time is kept."""
        with self._session:
            self._unsent += self._outgoing.read()
        while self._unsent:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]

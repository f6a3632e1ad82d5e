"""Engines behind ssh: `ssh HOST docker system dial-stdio` carries a connection, as `docker` has it.

The user's own `ssh` does it, with whatever its configuration says of the host. It may not ask
anything, because nobody could answer it. All connections share one login (`ControlMaster`), which
ends a minute after the last: a login for each would take long, and servers refuse many at once.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from orchestrator.engines.docker.address import Address, Unreachable

LOGIN_SECONDS = 20
SHARED_SECONDS = 60
FAILED_WITHIN = 2.0
"""Seconds in which an ssh whose connection has ended says why."""
DIAL = ("docker", "system", "dial-stdio")
WORDS_AT_MOST = 2000


def dial(address: Address) -> SshSocket:
    """Connect to the engine of a host. Raises Unreachable when there is no ssh here.

    That the login fails shows in the first answer.
    """
    ours, its = socket.socketpair()
    words = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the socket
    try:
        process = subprocess.Popen(
            [*command(address), *DIAL],
            stdin=its.fileno(),
            stdout=its.fileno(),
            stderr=words,
            # A Ctrl-C is not for it: what is up has to be removed yet.
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        words.close()
        raise Unreachable(f"ssh cannot be run: {error.strerror}") from error
    finally:
        its.close()
    return SshSocket(ours, process, words)


def command(address: Address) -> list[str]:
    """Return the ssh that runs a command on the engine's host."""
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": str(LOGIN_SECONDS),
        "ControlMaster": "auto",
        "ControlPath": f"{shared_folder()}/%C",
        "ControlPersist": str(SHARED_SECONDS),
    }
    said = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return ["ssh", "-T", *said, *_who(address)]


def host_of(address: Address) -> str:
    """Return the host's name or number that ssh connects to: a name may be one of its settings'."""
    argv = ["ssh", "-G", *_who(address)]
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=True).stdout
        settings = (line.partition(" ") for line in said.splitlines())
        return next((value for name, _, value in settings if name == "hostname"), address.host)
    return address.host


@cache
def shared_folder() -> str:
    """Return the user's own folder for shared logins; the paths of sockets have to be short."""
    parent = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(parent, f"greenroom-ssh-{os.getuid()}")
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if status.st_uid == os.getuid() and status.st_mode & 0o7777 == 0o700:
            return str(folder)
    # Somebody else has made it: a folder of this process alone, which nobody could foresee.
    return tempfile.mkdtemp(prefix="greenroom-ssh-")


def _who(address: Address) -> list[str]:
    user = ["-l", address.user] if address.user else []
    port = ["-p", str(address.port)] if address.port else []
    return [*user, *port, "--", address.host]


class SshSocket:
    """The little of a socket that a wire needs; ssh is at its other end."""

    def __init__(
        self, sock: socket.socket, process: subprocess.Popen[bytes], words: IO[bytes]
    ) -> None:
        self._socket, self._process, self._words = sock, process, words
        self._answered = False

    def settimeout(self, seconds: float) -> None:
        """Let no single wait be longer; it raises TimeoutError then."""
        self._socket.settimeout(seconds)

    def send(self, data: bytes) -> int:
        """Send some of the data; say how much."""
        return self._socket.send(data)

    def recv_into(self, buffer: Any) -> int:
        """Fill the buffer with what has come; 0 at the end. Raises Unreachable if ssh failed."""
        try:
            count = self._socket.recv_into(buffer)
        except ConnectionResetError:
            if self._answered:
                raise
            count = 0
        if not count and not self._answered:
            self._check()
        self._answered = True
        return count

    def shutdown(self, how: int) -> None:
        """Close one direction, or both."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """End the connection, and the ssh that has carried it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()
        self._words.close()

    def _check(self) -> None:
        """Raise Unreachable, with the words of ssh, when it has ended without an answer."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(FAILED_WITHIN)
        if not self._process.returncode:
            return
        self._words.seek(0)
        said = self._words.read(WORDS_AT_MOST).decode("utf-8", "replace")
        raise Unreachable(" ".join(said.split()) or f"ssh ended with {self._process.returncode}")

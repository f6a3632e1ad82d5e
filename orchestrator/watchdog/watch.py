"""Waits until nobody uses a run any more: `watch.py RUN FOLDER PID STARTED PACKAGES ENGINE...`.

A process of its own, in a session of its own, so that neither Ctrl-C nor a closed terminal nor the
end of whoever started it reaches it. Its standard input is a connection to the process PID, which
is the first to use the run; others connect to the socket in the run's folder. Whoever is connected
uses the run, until the connection closes or the process ends, whichever comes first: a forked child
keeps its parent's connections, and would keep the run for ever.

When nobody uses the run and its lease does not let it stand, this process becomes the one that
removes it. Until then it needs little: the standard library only, no module of the package, whose
imports would take the processor's time while databases start.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time
from contextlib import suppress

TICK = 1.0
"""Seconds until it looks at the lease again. The clock on the wall counts: machines may sleep."""

DONE = b"done"
"""What is said when everything is removed already."""

LEASE, SOCKET, LOG = "lease.json", "watchdog", "watchdog.log"
"""As in `orchestrator.host.lease`."""


class User:
    """A connected process; `pid` is 0 as long as it has not said who it is."""

    def __init__(self, connection: socket.socket, pid: int = 0, started: str = "") -> None:
        self.connection = connection
        self.pid = pid
        self.started = started
        self.descriptor: int | None = None

    def lives(self) -> bool:
        """Whether this very process is there, as far as its number and its start tell."""
        if not self.pid:
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return not self.started or started_at(self.pid) in ("", self.started)


class Watch:
    """Who uses the run, and what wakes us."""

    def __init__(self, folder: str) -> None:
        self.users: list[User] = []
        self.done = False
        self._folder = folder
        self._selector = selectors.DefaultSelector()

    def listen(self, listener: socket.socket) -> None:
        """Let others connect."""
        self._selector.register(listener, selectors.EVENT_READ, lambda: self._accept(listener))

    def add(self, user: User) -> None:
        """Have somebody use the run."""
        user.connection.setblocking(False)
        self.users.append(user)
        self._selector.register(user.connection, selectors.EVENT_READ, lambda: self._hear(user))
        self._identify(user)

    def wait(self) -> bool:
        """Return when nobody needs the run: True when it is to be removed, False when it is."""
        while not self.done:
            for key, _ in self._selector.select(TICK):
                key.data()
            for user in [user for user in self.users if not user.lives()]:
                self._drop(user)
            if not self.users and not may_stand(self._folder):
                return True
        return False

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            self.add(User(listener.accept()[0]))

    def _hear(self, user: User) -> None:
        """Take in what somebody says: who it is, or that everything is removed."""
        try:
            words = user.connection.recv(4096).split()
        except BlockingIOError:
            return
        except OSError:
            words = []
        match words:
            case []:
                self._drop(user)
            case [first, *_] if first == DONE:
                self.done = True
            case [pid, started, *_] if pid.isdigit():
                user.pid, user.started = int(pid), started.decode()
                self._identify(user)

    def _identify(self, user: User) -> None:
        """See to it that the end of a process wakes us, where systems can tell of it (Linux)."""
        if not user.pid or user.descriptor is not None or not hasattr(os, "pidfd_open"):
            return
        with suppress(OSError):
            user.descriptor = os.pidfd_open(user.pid)
            self._selector.register(user.descriptor, selectors.EVENT_READ, lambda: self._drop(user))

    def _drop(self, user: User) -> None:
        """Have somebody not use the run any more."""
        if user not in self.users:
            return
        self.users.remove(user)
        self._selector.unregister(user.connection)
        user.connection.close()
        if user.descriptor is not None:
            self._selector.unregister(user.descriptor)
            os.close(user.descriptor)


def may_stand(folder: str) -> bool:
    """Whether the lease lets the run stand although nobody uses it now."""
    try:
        lease = json.loads(text_of_lease(folder))
        return bool(lease["standing"]) and time.time() < float(lease["expires"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def engines_of(folder: str, known: list[str]) -> list[str]:
    """Return the engines that may have something of the run.

    Besides those that were `known` at its beginning, they are those on which a later `up` has put
    something: the lease names them all.
    """
    named: list[str] = []
    with suppress(OSError, ValueError, KeyError, TypeError):
        named = [str(name) for name in json.loads(text_of_lease(folder))["engines"]]
    return list(dict.fromkeys([*known, *named]))


def text_of_lease(folder: str) -> str:
    """Return the lease as it is written. Raises OSError."""
    with open(f"{folder}/{LEASE}") as file:  # noqa: PTH123 - pathlib takes a while to import
        return file.read()


def started_at(pid: int) -> str:
    """Return when a process was started, as Linux counts (proc(5)); empty elsewhere."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            text = file.read()
    except OSError:
        return ""
    fields = text[text.rindex(b")") + 2 :].split()
    return "gone" if fields[0] in (b"Z", b"X", b"x") else fields[19].decode()


def listening() -> socket.socket:
    """Return the socket in the present folder, which is the run's."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with suppress(FileNotFoundError):
        os.unlink(SOCKET)  # noqa: PTH108
    listener.bind(SOCKET)
    listener.listen(64)
    listener.setblocking(False)
    return listener


def write_log() -> None:
    """Let everything that is said from now on go into the log."""
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)


def main(arguments: list[str]) -> None:
    """Watch, and become the one that removes the run."""
    run, folder, pid, started, packages, *engines = arguments
    watch = Watch(folder)
    with suppress(OSError):
        # A folder that cannot be used is no reason not to watch: it only takes no further users.
        os.makedirs(folder, 0o700, exist_ok=True)  # noqa: PTH103
        os.chdir(folder)
        write_log()
        watch.listen(listening())
    watch.add(User(socket.socket(fileno=os.dup(0)), int(pid), started))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if watch.wait():
        paths = [packages, os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        module = "orchestrator.watchdog.remover"
        arguments = [run, *engines_of(folder, engines)]
        os.chdir("/")
        os.execv(sys.executable, [sys.executable, "-P", "-m", module, *arguments])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])

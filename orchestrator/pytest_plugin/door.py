"""Where test workers ask their controller for the environment, which it then brings up once.

A controller runs no test, and so does not know whether anybody wants an environment at all.
"""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from orchestrator.errors import GreenroomError

DOOR = "greenroom_door"
"""The key under which a worker is told where its controller listens."""

ENDED = "the session has ended"

TOLD_BY_CONTROLLER = "told_by_controller"
"""The attribute of an error that the controller itself tells, too."""


class Door:
    """A socket in a folder of its own, to which only this user has access."""

    def __init__(self, answer: Callable[[], str]) -> None:
        self._answer = answer
        self._folder = Path(tempfile.mkdtemp(prefix="greenroom-"))
        self.path = str(self._folder / "door")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(64)
        threading.Thread(target=self._serve, name="greenroom-door", daemon=True).start()

    def close(self) -> None:
        """Let nobody ask any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._tell, args=(connection,), daemon=True).start()

    def _tell(self, connection: socket.socket) -> None:
        from orchestrator.errors import GreenroomError
        from orchestrator.waiting import Stopped

        try:
            told = {"run": self._answer()}
        except GreenroomError as error:
            told = {"error": str(error), "hint": error.hint, "code": str(error.exit_code)}
        except Stopped:
            told = {"error": ENDED, "hint": "", "code": "70"}
        with connection, suppress(OSError):
            connection.sendall(json.dumps(told).encode())


DOORS = pytest.StashKey[Door]()


def ask(path: str) -> str:
    """Return the run that the controller has for us. Raises GreenroomError as it says."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(path)
            told = json.loads(b"".join(iter(lambda: connection.recv(4096), b"")))
    except (OSError, ValueError):
        told = {"error": ENDED, "hint": "", "code": "70"}
    if "run" in told:
        return str(told["run"])
    raise told_by_controller(told)


def told_by_controller(told: dict[str, str]) -> GreenroomError:
    """Return the controller's error as one of ours, with its exit code."""
    from orchestrator.errors import GreenroomError

    class Told(GreenroomError):
        exit_code = int(told["code"])
        told_by_controller = True

    return Told(told["error"], hint=told["hint"])

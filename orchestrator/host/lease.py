"""A run's lease: until when it may live, kept in its folder for this machine's user.

    <state>/runs/<run>/lease.json     the lease; it overrides the labels, which cannot change
    <state>/runs/<run>/watchdog       the socket on which the run's watchdog listens
    <state>/runs/<run>/watchdog.log   what the watchdog has to say

The folder itself belongs to the engine of processes, which lists and removes it like all that
belongs to the run.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from orchestrator.errors import NotKept
from orchestrator.state import state_folder

FILE = "lease.json"
SOCKET = "watchdog"


def run_folder(run: str, environ: Mapping[str, str]) -> Path:
    """Return where what is known of a run is kept."""
    return state_folder(environ) / "runs" / run


@dataclass(frozen=True)
class Lease:
    """Until when a run may live; `expires` is in Unix seconds.

    One that is `standing` lives until then. Any other lives as long as somebody uses it. `engines`
    are the names of those that may have something of it. Of what is `unfinished` nobody knows how
    far it came: whoever was making it anew has not said that it did.
    """

    expires: float
    standing: bool = False
    engines: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the lease in a run's folder; None when there is none."""
        try:
            parts = json.loads((folder / FILE).read_text())
            return cls(
                expires=float(parts["expires"]),
                standing=parts["standing"] is True,
                engines=tuple(map(str, parts["engines"])),
                unfinished=tuple(map(str, parts["unfinished"])),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Put it into the run's folder, whole or not at all. Raises NotKept."""
        draft = folder / f"lease.{secrets.token_hex(4)}.draft"
        try:
            draft.write_text(json.dumps(asdict(self)))
            draft.replace(folder / FILE)
        except OSError as error:
            raise NotKept(
                f"cannot write the lease in {folder}: {error.strerror}",
                hint="see that the folder is there, and that its disk is not full",
            ) from error


def dial(folder: Path) -> socket.socket | None:
    """Connect to the watchdog of the run with this folder; None when there is none.

    A path to a socket may have about a hundred characters (unix(7)). Linux can name any folder
    shortly.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        connection.close()
        return None
    near = Path(f"/proc/self/fd/{descriptor}")
    try:
        connection.connect(os.fspath((near if near.exists() else folder) / SOCKET))
    except OSError:
        connection.close()
        return None
    finally:
        with suppress(OSError):
            os.close(descriptor)
    return connection

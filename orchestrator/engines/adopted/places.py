"""Makes and drops what a run has for itself on a server that it did not start."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path

from orchestrator import wire
from orchestrator.engines.adopted.records import Record
from orchestrator.engines.process import commands
from orchestrator.errors import EngineError
from orchestrator.model.adoption import Command, OwnPlace
from orchestrator.model.conversation import Credentials, Exchange, SliceRefused
from orchestrator.model.launch import Guest
from orchestrator.technologies.installed import INSTALLED
from orchestrator.waiting import Deadline

Errand = Command | Generator[Exchange, bytes, str] | Generator[Exchange, bytes, None]


def make(record: Record, folder: Path, deadline: Deadline) -> str:
    """Make the run's own place, and return its name. Raises EngineError with the server's words."""
    how, guest = own_place(record.guest), record.guest
    name = told(how.make, record, folder, deadline, f"make {how.what} on")
    return name or guest.name


def drop(record: Record, folder: Path, deadline: Deadline) -> None:
    """Drop that, and all copies for slices. Raises EngineError with the server's words."""
    if record.begun:
        how = own_place(record.guest)
        told(how.drop, record, folder, deadline, f"drop {record.guest.name} from")


def own_place(guest: Guest) -> OwnPlace:
    """Return how that is done on a server of this technology; plans ask for it of no other."""
    technology = INSTALLED.get(guest.technology)
    adoption = technology.adoption if technology else None
    if adoption is None or adoption.own is None:
        raise EngineError(f"nobody knows what a run makes on {guest.technology or 'a service'}")
    return adoption.own


def told(
    errand: Callable[[Credentials, str], Errand],
    record: Record,
    folder: Path,
    deadline: Deadline,
    doing: str,
) -> str | None:
    """Do an errand: by a client program of this host, or by the server's own protocol."""
    guest = record.guest
    asked = errand(guest.access, guest.name)
    try:
        if isinstance(asked, Command):
            run(asked, record.env, folder, deadline)
            return None
        return wire.converse(guest.host, guest.port, asked, deadline)
    except (EngineError, SliceRefused) as error:
        words = error.message if isinstance(error, EngineError) else str(error)
        raise EngineError(f"cannot {doing} {guest.host}:{guest.port}: {words}") from error


def run(command: Command, env: Mapping[str, str], folder: Path, deadline: Deadline) -> None:
    """Run a client. Raises EngineError with what it said, when it does not end well."""
    workdir = str(folder if folder.is_dir() else Path("/"))
    stdin = [command.stdin] if command.stdin else None
    result = commands.run(command.argv, env, workdir, deadline, stdin=stdin, output=None)
    if result.exit_code:
        words = result.output or "it said nothing"
        raise EngineError(f"{words} (exit code {result.exit_code})")

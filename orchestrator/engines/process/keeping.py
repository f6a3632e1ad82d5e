"""Keeps the seeded data of servers of this host, and gives copies of it.

<root>/.snapshots/<key>/data         what a server's own `data` was
<root>/.snapshots/<key>/about.json   what it is of, and a digest of the names and sizes in it
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestrator.engines.process import commands
from orchestrator.errors import EngineError
from orchestrator.model.native import NATIVE_DATA as DATA
from orchestrator.model.snapshot import Snapshot
from orchestrator.waiting import Deadline

FOLDER = ".snapshots"
ABOUT = "about.json"

GOING = "."
"""How the names of those begin that are being removed."""

COPY = ("cp", "-c", "-Rp") if sys.platform == "darwin" else ("cp", "-a", "--reflink=auto")
"""Copies a folder, on file systems that can without copying what is in its files."""


@dataclass(frozen=True)
class About:
    """What is known of a snapshot."""

    of: str
    size: int
    created: int
    digest: str


@dataclass(frozen=True)
class Shelf:
    """All snapshots, below `root`."""

    root: Path

    def place(self, key: str) -> Path:
        """Where a snapshot is. Raises EngineError for what cannot be a key."""
        if not key.isalnum():
            raise EngineError(f"{key!r} cannot be the key of a snapshot")
        return self.root / FOLDER / key

    def has(self, key: str) -> bool:
        """Whether it is there."""
        return (self.place(key) / ABOUT).is_file()

    def keep(self, copy: Path, key: str, of: str) -> None:
        """Keep what has been copied aside in a folder, which is moved. Raises EngineError."""
        data = copy / DATA
        if not data.is_dir():
            raise EngineError(f"could not find {data}")
        digest, size = listing(data)
        about = About(of, size, int(time.time()), digest)
        place = self.place(key)
        try:
            place.parent.mkdir(mode=0o700, exist_ok=True)
            (copy / ABOUT).write_text(json.dumps(asdict(about)))
            self.remove(key)
            copy.rename(place)
        except OSError as error:
            raise EngineError(f"cannot keep {place}: {error.strerror}") from error

    def give(self, key: str, home: Path, deadline: Deadline) -> None:
        """Put a copy of the data into a server's folder. Raises EngineError where it is damaged."""
        place = self.place(key)
        about = self._about(place)
        # It may be there already, and lead to where there is room in memory.
        (home / DATA).mkdir(mode=0o700, exist_ok=True)
        argv = [*COPY, f"{place / DATA}/.", str(home / DATA)]
        copied = commands.run(argv, os.environ, str(home), deadline, stdin=None, output=None)
        if about is None or copied.exit_code or listing(home / DATA)[0] != about.digest:
            words = copied.stderr.strip() or "not all of its files are as they were"
            raise EngineError(f"the snapshot {key} is damaged: {words}")

    def all(self, engine: str) -> Iterator[Snapshot]:
        """Yield every snapshot; what is half removed is none."""
        folder = self.root / FOLDER
        with suppress(OSError):
            for place in sorted(folder.iterdir()):
                if place.name.isalnum() and (about := self._about(place)):
                    yield Snapshot(engine, place.name, about.of, about.size, about.created)

    def remove(self, key: str) -> None:
        """Remove a snapshot; gone is fine. Who is copying it finds it damaged.

        It goes in one step, and what somebody who died then has left of others goes with it.
        """
        place = self.place(key)
        try:
            place.rename(place.with_name(f"{GOING}{key}-{secrets.token_hex(4)}"))
        except FileNotFoundError:
            pass
        except OSError as error:
            raise EngineError(f"cannot remove {place}: {error.strerror}") from error
        for going in place.parent.glob(f"{GOING}*"):
            shutil.rmtree(going, ignore_errors=True)

    def _about(self, place: Path) -> About | None:
        try:
            return About(**json.loads((place / ABOUT).read_text()))
        except (OSError, ValueError, TypeError):
            return None


def listing(folder: Path) -> tuple[str, int]:
    """Return a digest of the names and sizes of all files of a folder, and their size together."""
    found, size = [], 0
    for path, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(path, name))  # noqa: PTH118 - there are thousands
            found.append(f"{os.path.relpath(path, folder)}/{name} {status.st_size}")
            size += status.st_blocks * 512
    text = "\n".join(sorted(found))
    return hashlib.sha256(os.fsencode(text)).hexdigest(), size

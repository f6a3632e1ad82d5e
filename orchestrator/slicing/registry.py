"""Which slices a run has, and whose they are: one small file for each, in the run's folder.

    <state>/runs/<run>/slices/17.json     slice s17: its owner, and whether it is kept
    <state>/runs/<run>/slices/last        the number that was given last
    <state>/runs/<run>/slices/lock        locked by whoever takes numbers

The number is the slice's own as long as its file is there, whoever else makes slices of the run:
other test workers, other programs. The server holds the slices themselves; without these files
they only last until the run's end.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import NotKept, UsageError
from orchestrator.host.flock import locked
from orchestrator.host.owner import Owner
from orchestrator.waiting import Deadline, TimedOut, poll

LAST = "last"

LOCK = "lock"
LOCK_SECONDS = 2.0

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says where a disk, or the user's share of it, is full."""


@dataclass(frozen=True)
class Entry:
    """One slice: its number, the resources of which it is one, and whose it is.

    The owner is None for a slice that lasts until somebody drops it; `kept` says for what it was
    used, if it is left to be looked into; `beside` are the numbers of other slices that are seen
    together with it.
    """

    number: int
    resources: tuple[str, ...]
    owner: Owner | None = None
    kept: str = ""
    beside: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """How it is called."""
        return name_of(self.number)

    @property
    def abandoned(self) -> bool:
        """Whether whoever used it has gone without removing it.

        Of an owner on another host, or in another pid namespace, nobody knows.
        """
        if self.kept or self.owner is None or not self.owner.is_near(Owner.here()):
            return False
        return not self.owner.is_alive()


def name_of(number: int) -> str:
    """Return the name of the slice of a number."""
    return f"s{number}"


def number_of(name: str) -> int:
    """Return the number in a slice's name. Raises UsageError when it is none."""
    if name[:1] != "s" or not name[1:].isdecimal():
        raise UsageError(f"no slice is called {name}", hint="greenroom slice --list shows them")
    return int(name[1:])


class Registry:
    """The slices of one run; every method may be called from any process and thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "slices"

    def take(
        self,
        count: int,
        most: int,
        resources: tuple[str, ...],
        owner: Owner | None,
        *,
        low: bool = False,
    ) -> list[Entry]:
        """Take so many numbers between 1 and `most` that no other slice has.

        They go round, so that a number that was dropped a moment ago, and whose last user may still
        be connected, is not used again soon; of `low` ones the lowest are taken. Raises UsageError
        when fewer are free, and NotKept when they cannot be noted down; then none is taken.
        """
        taken: list[Entry] = []
        try:
            with self._noted():
                # The folder above is the run's: where that has gone, the run has, and all of it.
                self._folder.mkdir(mode=0o700, exist_ok=True)
                with self._alone():
                    first = 0 if low else self._last()
                    taken.extend(self._taken(count, first, most, resources, owner))
        except BaseException:
            self.release(taken)
            raise
        if len(taken) < count:
            self.release(taken)
            raise UsageError(
                f"all {most} slices of {', '.join(resources)} are in use",
                hint="drop some: greenroom slice --list shows them, greenroom slice --drop NAME",
            )
        return taken

    def _taken(
        self, count: int, last: int, most: int, resources: tuple[str, ...], owner: Owner | None
    ) -> Iterator[Entry]:
        """Yield at most so many, from behind the number `last`."""
        for step in range(1, most + 1):
            if count == 0:
                return
            entry = Entry((last + step - 1) % most + 1, resources, owner)
            if self._create(entry):
                count -= 1
                with suppress(OSError):
                    (self._folder / LAST).write_text(str(entry.number))
                yield entry

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else take numbers meanwhile, so that they go round for all together.

        It takes less than a millisecond; whoever has to wait for longer goes on all the same: no
        number is given twice.
        """
        with (self._folder / LOCK).open("w") as file:
            until = Deadline.after(LOCK_SECONDS)
            with suppress(TimedOut):
                poll(lambda: locked(file.fileno()), until, first=0.001, longest=0.005)
            yield

    def write(self, entry: Entry) -> None:
        """Note down what has changed of a slice. Raises NotKept."""
        path = self._path(entry.number)
        new = path.with_suffix(f".{os.getpid()}.new")
        try:
            with self._noted():
                new.write_text(_text(entry))
                new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def release(self, entries: list[Entry]) -> None:
        """Let the numbers be used again."""
        for entry in entries:
            self._path(entry.number).unlink(missing_ok=True)

    def forget(self, resources: Collection[str]) -> None:
        """Forget the slices of resources that were made anew: nothing of them is left."""
        names = set(resources)
        self.release([entry for entry in self.entries() if names & set(entry.resources)])

    def entry(self, number: int) -> Entry | None:
        """Return the slice of a number; None when there is none."""
        try:
            parts = json.loads(self._path(number).read_text())
            return Entry(
                number=number,
                resources=tuple(map(str, parts["resources"])),
                owner=Owner.parse(parts["owner"]) if parts["owner"] else None,
                kept=str(parts["kept"]),
                beside=tuple(map(int, parts["beside"])),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def entries(self) -> Iterator[Entry]:
        """Yield all slices, in the order of their numbers."""
        if self._folder.is_dir():
            names = (path.stem for path in self._folder.glob("*.json"))
            for number in sorted(int(name) for name in names if name.isdecimal()):
                if entry := self.entry(number):
                    yield entry

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Let it be an error with words that something cannot be noted down."""
        try:
            yield
        except OSError as error:
            gone = "was the run removed meanwhile? greenroom ps shows those that are up"
            raise NotKept(
                f"cannot note slices down in {self._folder}: {error.strerror}",
                hint="make room on its disk" if error.errno in FULL else gone,
            ) from error

    def _create(self, entry: Entry) -> bool:
        path = self._path(entry.number)
        try:
            file = path.open("x")
        except FileExistsError:
            return False
        try:
            with file:
                file.write(_text(entry))
        except OSError:
            # Half of a note would be no slice, and its number would never be given again.
            path.unlink(missing_ok=True)
            raise
        return True

    def _last(self) -> int:
        try:
            return int((self._folder / LAST).read_text())
        except (OSError, ValueError):
            return 0

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.json"


def _text(entry: Entry) -> str:
    return json.dumps(
        {
            "resources": entry.resources,
            "owner": str(entry.owner) if entry.owner else "",
            "kept": entry.kept,
            "beside": entry.beside,
        }
    )

"""Makes and drops the slices of a run: numbers taken, copies made, followers started."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from orchestrator.addressing.route import Directory
from orchestrator.copying.copier import Copier
from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError
from orchestrator.host.owner import Owner
from orchestrator.model.launch import Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Instance
from orchestrator.plan.slices import Group
from orchestrator.slicing.followers import Followers
from orchestrator.slicing.registry import Entry, Registry
from orchestrator.waiting import Deadline, TimedOut

MAKE_SECONDS = 120.0
"""How long a slice may take; with followers it is theirs, which have time limits of their own."""
FOLLOW_SECONDS = 600.0
DROP_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """One slice that is there: its entry, and where everything is as seen from it.

    `seconds` is how long it took to make it and those that were made together with it, 0 for one
    that somebody else has made.
    """

    entry: Entry
    directory: Directory
    instances: Mapping[Instance, Found] = field(default_factory=dict)
    seconds: float = 0.0


class Maker:
    """Makes slices of one run; any thread may ask. `directory` is what is seen without slices."""

    def __init__(
        self,
        manifest: Manifest,
        run: str,
        directory: Directory,
        instances: Mapping[Instance, Found],
        engines: Mapping[str, Engine],
        registry: Registry,
        environ: Mapping[str, str],
    ) -> None:
        self.directory = directory
        self.registry = registry
        self._followers = Followers(manifest, run, engines, environ)
        self.copiers = {
            name: Copier(one.instance, directory, engines[one.engine], instances[one.instance])
            for name, one in directory.resources.items()
            if one.sliced and one.instance in instances
        }

    def make(
        self,
        group: Group,
        count: int,
        owner: Owner | None,
        base: Directory | None = None,
        limit: Deadline | None = None,
    ) -> list[Part]:
        """Make so many slices, seen from `base` besides. On failure there is none of them."""
        limit = limit or Deadline()
        began = time.monotonic()
        most = min((self.copiers[name].slicing.most for name in group.sliced), default=1)
        names = (*group.sliced, *group.followers)
        entries = self.registry.take(count, most, names, owner, low=self.is_pooled(group))
        try:
            numbers = [entry.number for entry in entries]
            for name in group.sliced:
                self.copiers[name].make(numbers, limit.sooner(MAKE_SECONDS))
            parts = self._followed(group, entries, base or self.directory, limit)
            taken = time.monotonic() - began
            return [dataclasses.replace(part, seconds=taken) for part in parts]
        except BaseException:
            # What went wrong first is told, and not that the same is in the way of the removal.
            with suppress(GreenroomError, TimedOut):
                self.drop(entries)
            raise

    def is_pooled(self, group: Group) -> bool:
        """Whether something in a slice of this stays when it is dropped, to be used again."""
        return any(self.copiers[name].slicing.pooled for name in group.sliced)

    def seen(self, entry: Entry, base: Directory) -> Directory:
        """Return where everything is as seen from a slice."""
        sliced = {
            name: self.copiers[name].sliced(entry.number)
            for name in entry.resources
            if name in self.copiers
        }
        return dataclasses.replace(base, resources={**base.resources, **sliced})

    def found(self, entry: Entry, base: Directory) -> Part:
        """Return a slice that somebody else has made, with the instances that it has."""
        there = list(self._followers.of({entry.name}))
        instances = {one.instance: one for one in there if one.instance}
        ports = {
            (instance, number): host
            for instance, one in instances.items()
            for number, host in one.host_ports.items()
        }
        directory = dataclasses.replace(
            self.seen(entry, base),
            slices={**base.slices, **{one.resource: entry.name for one in instances}},
            ports={**base.ports, **ports},
        )
        return Part(entry, directory, instances)

    def drop(self, entries: Sequence[Entry]) -> None:
        """Remove slices, their instances first. Raises what the servers refuse, when all is tried.

        The number of one that could not be removed is not used again.
        """
        with_followers = {
            entry.name
            for entry in entries
            if any(one not in self.copiers for one in entry.resources)
        }
        if with_followers:
            self._followers.remove(self._followers.of(with_followers))
        failure: Exception | None = None
        for name, copier in self.copiers.items():
            numbers = [entry.number for entry in entries if name in entry.resources]
            try:
                if numbers:
                    copier.drop(numbers, Deadline.after(DROP_SECONDS))
            except (GreenroomError, TimedOut) as error:
                failure = error
        if failure:
            raise failure
        self.registry.release(list(entries))

    def sweep(self) -> None:
        """Drop what others have left who ended without doing so."""
        with suppress(GreenroomError, TimedOut):
            if abandoned := [entry for entry in self.registry.entries() if entry.abandoned]:
                self.drop(abandoned)

    def close(self) -> None:
        """Hang up everywhere."""
        for copier in self.copiers.values():
            copier.close()

    def _followed(
        self, group: Group, entries: Iterable[Entry], base: Directory, limit: Deadline
    ) -> list[Part]:
        """Start each slice's own instances, all slices at once."""
        parts = [Part(entry, self.seen(entry, base)) for entry in entries]
        if not group.followers:
            return parts
        until = limit.sooner(FOLLOW_SECONDS)

        def start(part: Part) -> Part:
            found = self._followers.start(group.followers, part.entry.name, part.directory, until)
            return Part(part.entry, *found)

        with ThreadPoolExecutor(max(1, len(parts)), "greenroom-followers") as pool:
            return list(pool.map(start, parts))

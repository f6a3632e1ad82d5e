"""Makes and removes the copies of one resource's seeded state, as its technology says."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.addressing.resolve import address_of, client_env
from orchestrator.addressing.route import Directory
from orchestrator.copying.channel import Channel, ExecChannel, WireChannel
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError
from orchestrator.model.conversation import Conversation, Credentials, SliceRefused
from orchestrator.model.launch import Found
from orchestrator.model.resource import Instance, Resource
from orchestrator.model.slicing import Seeded, Slicing
from orchestrator.technologies.parts.copy_names import guest_name
from orchestrator.waiting import Deadline


@dataclass
class Line:
    """A connection on which one conversation is held after the other."""

    channel: Channel | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """Hang up; the next conversation has a connection of its own."""
        channel, self.channel = self.channel, None
        if channel:
            channel.close()


@dataclass
class Copier:
    """All that is told to one server about its slices; any thread may ask.

    It is told on one connection, or on several, where the server does several things at once.
    """

    instance: Instance
    directory: Directory
    engine: Engine
    found: Found
    _lines: list[Line] = field(default_factory=list)
    _choosing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def resource(self) -> Resource:
        """What slices are made of."""
        return self.directory.of(self.instance)

    @property
    def slicing(self) -> Slicing:
        """How that is done; plans and checks ask nobody who cannot."""
        technology = self.resource.technology
        assert technology is not None
        assert technology.slicing is not None
        return technology.slicing

    @property
    def seeded(self) -> Seeded:
        """What slices are copies of."""
        return Seeded(self.access, self.resource.databases, self.copies)

    @property
    def copies(self) -> str:
        """What the names of copies begin with, where it is not the database's own name.

        In a database that was only given, other runs may make theirs of it too.
        """
        given = self.resource.adopted
        return guest_name(self.found.run, str(self.instance)) if given and given.owned else ""

    @property
    def access(self) -> Credentials:
        """How one gets into the shared state."""
        one = self.resource
        return Credentials(
            one.user or "", one.password or "", one.databases[0] if one.databases else ""
        )

    def slice(self, number: int) -> Credentials:
        """Return how one gets into the slice of this number."""
        shared = self.access
        stem = self.seeded.stem(shared.database)
        return self.slicing.access(dataclasses.replace(shared, database=stem), number)

    def sliced(self, number: int) -> Resource:
        """Return the resource as it looks in the slice of this number."""
        access = self.slice(number)
        databases = (access.database,) if self.resource.databases else ()
        return dataclasses.replace(
            self.resource, user=access.user, password=access.password, databases=databases
        )

    def template(self, deadline: Deadline) -> None:
        """Make the template of what is there now."""
        self._hold(self.slicing.template(self.seeded), "prepare slices of", deadline)

    def make(self, numbers: Sequence[int], deadline: Deadline) -> None:
        """Make the slices of these numbers, all in one round trip."""
        slices = [self.slice(number) for number in numbers]
        self._hold(self.slicing.make(self.seeded, slices), "make slices of", deadline)

    def drop(self, numbers: Sequence[int], deadline: Deadline) -> None:
        """Remove the slices of these numbers."""
        slices = [self.slice(number) for number in numbers]
        self._hold(self.slicing.drop(self.seeded, slices), "remove slices of", deadline)

    def reset(self, deadline: Deadline) -> None:
        """Bring the shared state back to what was seeded."""
        self._hold(self.slicing.reset(self.seeded), "reset", deadline)

    def close(self) -> None:
        """Hang up."""
        for line in self._lines:
            with line.lock:
                line.close()

    def _hold(self, conversation: Conversation, doing: str, deadline: Deadline) -> None:
        """Hold a conversation; whatever goes wrong, the next one has a connection of its own."""
        with self._line() as line:
            try:
                if line.channel is None:
                    line.channel = self._opened(deadline)
                    line.channel.hold(self.slicing.greet(self.seeded), deadline)
                line.channel.hold(conversation, deadline)
            except BaseException as error:
                line.close()
                if isinstance(error, SliceRefused | EngineError):
                    words = error.message if isinstance(error, EngineError) else str(error)
                    raise EngineError(f"cannot {doing} {self.instance}: {words}") from error
                raise

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """Have a line for oneself: the first that is free, of as many as the server may have."""
        with self._choosing:
            free = next((line for line in self._lines if not line.lock.locked()), None)
            if free is None and len(self._lines) < self.slicing.at_once:
                free = Line()
                self._lines.append(free)
            if free:
                free.lock.acquire()
        if free is None:
            free = self._lines[0]
            free.lock.acquire()
        try:
            yield free
        finally:
            free.lock.release()

    def _opened(self, deadline: Deadline) -> Channel:
        if self.slicing.client:
            env = client_env(self.instance, self.directory)
            return ExecChannel(self.engine, self.found, self.slicing.client, env)
        address = address_of(self.instance, None, self.directory)
        return WireChannel(address.host, address.port, deadline)

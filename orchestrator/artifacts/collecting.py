"""Keeps what is known of each instance, while everything still stands: its state and its log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.instance_records import address, described
from orchestrator.artifacts.last_words import LastWords, last_words
from orchestrator.artifacts.lengths import Lengths, lengths
from orchestrator.artifacts.log_files import LogFile, write_log
from orchestrator.artifacts.record import EngineRecord, ResourceRecord
from orchestrator.engines.engine import Untimed
from orchestrator.errors import EngineError
from orchestrator.lifecycle.last_look import LastLook
from orchestrator.model.event import Collected, Event, Noticed
from orchestrator.model.launch import Found, State
from orchestrator.model.resource import ADOPTED
from orchestrator.model.secret import Mask
from orchestrator.plan.words import listed
from orchestrator.waiting import Deadline, Stopped, TimedOut

THREADS = 16

LINES = 100_000
HURRY_LINES = 5_000
"""Lines of a log that are kept, from its end, and as many when nobody waits for more."""

LAST_LINES = 1_000
"""Lines that are asked for when all of them were not to be had in time."""

FIRST_SHARE = 0.7
"""The part of the time in which all of a log has to be there."""

NOT_KNOWN = State("")


def collect(
    look: LastLook,
    folder: Folder,
    mask: Mask,
    deadline: Deadline | None = None,
    events: Iterable[Event] = (),
) -> tuple[ResourceRecord, ...]:
    """Keep the log of every instance, and return what became of each, in the manifest's order.

    The `deadline` is the last look's, where none is given. `events` know of what is gone already.
    Whatever cannot be kept is told, and hinders nothing else.
    """
    began = time.monotonic()
    known = (
        lengths(folder) if any(isinstance(one, Untimed) for one in look.engines.values()) else ()
    )
    collecting = Collecting(look, folder, mask, deadline or look.deadline, known)
    there = list(collecting.there())
    with ThreadPoolExecutor(min(THREADS, len(there)) or 1, "greenroom-collecting") as pool:
        records = list(pool.map(collecting.keep, there))
    records += collecting.gone(last_words(events), {record.name for record in records})
    collecting.tell_what_is_missing()
    seconds = time.monotonic() - began
    look.tell(Collected(at=time.time(), seconds=seconds, instances=len(records)))
    order = {name: place for place, name in enumerate(look.manifest.resources)}
    return tuple(sorted(records, key=lambda one: (order[one.resource], len(one.name), one.name)))


def engine_records(look: LastLook) -> tuple[EngineRecord, ...]:
    """Return the engines that the run used, as they have described themselves."""
    return tuple(
        EngineRecord(name=one.name, version=one.version, address=one.address, reason=one.reason)
        for one in look.facts.values()
    )


@dataclass
class Collecting:
    """One collecting; `missing` leads from what went wrong to the instances that it was with.

    `lengths` are those of logs without times at moments that are known.
    """

    look: LastLook
    folder: Folder
    mask: Mask
    deadline: Deadline
    lengths: Sequence[Lengths] = ()
    missing: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def there(self) -> Iterator[Found]:
        """Yield each instance of a resource once; tenants have none, nor has what is ours alone."""
        resources = self.look.manifest.resources
        for found in self.look.found:
            resource = resources.get(found.instance.resource) if found.instance else None
            if resource and not resource.on:
                yield found

    def keep(self, found: Found) -> ResourceRecord:
        """Keep what is known of an instance."""
        assert found.instance is not None
        resource = self.look.manifest.resources[found.instance.resource]
        record = replace(
            described(found.instance, resource, self.state(found)),
            engine=found.engine,
            image=(resource.image or found.image) if resource.contained else "",
            address=self.mask(address(found, self.look.directory)),
        )
        record = replace(record, state=self.mask(record.state))
        return record if found.engine == ADOPTED else self.with_log(record, found)

    def state(self, found: Found) -> State:
        """Return how it is doing now, or else how it was when it was listed."""
        silent = self.look.silent.get(found.engine)
        if silent is None:
            try:
                return self.look.engines[found.engine].state(found, self.deadline)
            except (EngineError, Stopped, TimedOut) as error:
                self.note("no state", words(error), str(found.instance))
                return found.state
        return NOT_KNOWN

    def with_log(self, record: ResourceRecord, found: Found) -> ResourceRecord:
        """Write its log, and return the record with what was written."""
        if silent := self.look.silent.get(found.engine):
            self.note("neither state nor log", words(silent), record.name)
            return record
        most = HURRY_LINES if self.look.hurry else LINES
        first = self.deadline.sooner(self.deadline.remaining() * FIRST_SHARE)
        written = self.written(record, found, most, first)
        if written.late and written.lines and not self.deadline.passed:
            written = self.written(record, found, LAST_LINES, self.deadline)
        if written.why:
            self.note("not the whole log", written.why, record.name)
        return replace(record, log=written.name, lines=written.lines, cut=written.cut)

    def written(
        self, record: ResourceRecord, found: Found, most: int, deadline: Deadline
    ) -> Written:
        """Write the last lines of a log."""
        engine, path = self.look.engines[found.engine], self.folder.log(record.name)
        if isinstance(engine, Untimed):
            for at, sizes in self.lengths:
                engine.was_long(found, sizes, at)
        file = LogFile(path)
        why, late = "", False
        try:
            with file:
                lines = engine.logs(found, deadline, tail=most + 1)
                write_log(file, lines, self.mask, most, deadline)
        except TimedOut as error:
            why, late = words(error), True
        except (EngineError, Stopped, OSError) as error:
            why = words(error)
        return Written(self.name(path), file.lines, file.cut, why, late)

    def gone(self, ends: Iterable[LastWords], there: set[str]) -> Iterator[ResourceRecord]:
        """Yield what has died and is not there any more, with what was told of it at its end."""
        for end in ends:
            resource = self.look.manifest.resources.get(end.instance.resource)
            if resource is None or str(end.instance) in there:
                continue
            silent = resource.engine in self.look.silent
            record = described(end.instance, resource, NOT_KNOWN if silent else State("gone"))
            record = replace(record, engine=resource.engine, state=end.state or record.state)
            if not end.log:
                yield record
                continue
            path = self.folder.log(record.name)
            try:
                with LogFile(path) as file:
                    file.write((end.time, text) for text in end.log)
            except OSError as error:
                self.note("not the whole log", words(error), record.name)
            # Only its end was ever told.
            yield replace(record, log=self.name(path), lines=file.lines, cut=True)

    def name(self, path: Path) -> str:
        """Return what the record calls a log, empty where none was written."""
        return self.folder.relative(path) if path.exists() else ""

    def note(self, what: str, why: str, name: str) -> None:
        """Write down what is missing of an instance, and why."""
        self.missing.setdefault((what, why), []).append(name)

    def tell_what_is_missing(self) -> None:
        """Tell what could not be kept, of all those together that lack it for the same reason."""
        for (what, why), names in self.missing.items():
            text = f"the artifacts have {what} of {listed(sorted(names))}: {why}"
            self.look.tell(Noticed(at=time.time(), text=text))


@dataclass(frozen=True)
class Written:
    """What was written of a log: under which name, and `why` it is not all of it."""

    name: str
    lines: int
    cut: bool
    why: str
    late: bool


def words(error: Exception) -> str:
    """Return in words why something could not be had."""
    match error:
        case EngineError(message=message):
            return message
        case OSError(strerror=str() as text):
            return text
        case Stopped():
            return "somebody wanted an end"
        case TimedOut():
            return "there was no time for it"
    return str(error) or type(error).__name__

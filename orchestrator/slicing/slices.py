"""What a test gets: its own view of an environment, in which sliced resources are its own."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from orchestrator.addressing.route import Directory
from orchestrator.errors import EngineError, GreenroomError, UsageError
from orchestrator.host.owner import Owner
from orchestrator.lifecycle.view import View
from orchestrator.model.launch import SLICE_VARIABLE
from orchestrator.model.resource import PER_TEST, PER_WORKER
from orchestrator.plan.slices import Group, group, without
from orchestrator.slicing.maker import Maker, Part
from orchestrator.slicing.pool import Pool, Work
from orchestrator.slicing.registry import Entry, number_of
from orchestrator.waiting import Deadline, TimedOut

TAKE_SECONDS = 120.0


@contextmanager
def in_words() -> Iterator[None]:
    """Let time that has run out be an error with words."""
    began = time.monotonic()
    try:
        yield
    except TimedOut as error:
        raise EngineError(
            f"no slice was there after {time.monotonic() - began:.0f} s",
            hint="see with greenroom logs what the servers were doing meanwhile",
        ) from error


class Slice(View):
    """An environment as seen from a slice: `slice["ledger"].url` is the slice's own database.

    As a context it is dropped at its end. `name` is how the command line calls it, `seconds` how
    long it took to make it.
    """

    def __init__(self, view: View, part: Part, beside: Sequence[Part], end: Callable[[], None]):
        instances = {**view.instances}
        for one in (*beside, part):
            instances |= one.instances
        super().__init__(view.manifest, view.run, part.directory, instances, view.engines)
        self.entry = part.entry
        self.seconds = part.seconds
        self._end: Callable[[], None] | None = end

    @property
    def name(self) -> str:
        """How it is called: `s17`."""
        return self.entry.name

    @property
    def variables(self) -> dict[str, str]:
        """What the tests' environment gets, as seen from the slice."""
        return {**super().variables, SLICE_VARIABLE: self.name}

    def seed(self, text: str, resource: str | None = None, folder: str | None = None) -> None:
        """Put one more seed in: a file, `file.py:function` or a script, as in the manifest.

        `folder` is where its path starts (the manifest's, else); `resource` may be left out where
        only one that is sliced can take it. Raises UsageError, and StepFailed when it is refused.
        """
        from orchestrator.slicing.seeding import seed

        seed(self, text, resource, folder)

    def drop(self) -> None:
        """Remove it, behind the caller's back; once is enough."""
        end, self._end = self._end, None
        if end:
            end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.drop()

    def __repr__(self) -> str:
        return f"<slice {self.name} of {self.run}>"


class Slices:
    """The slices that this process makes of one run, some of them ahead.

    `lasts` tells that the run outlives this process, so that it has to drop what it has made.
    """

    def __init__(self, view: View, maker: Maker, *, lasts: bool) -> None:
        self._view = view
        self._maker = maker
        self._lasts = lasts
        self._owner = Owner.here()
        self._pools: dict[Group, Pool] = {}
        self._worker: Part | None = None
        self._in_use: dict[int, Entry] = {}
        self._swept = False

    def open(self, *, timeout: float = TAKE_SECONDS) -> Slice:
        """Return a slice of everything that is sliced. Raises UsageError when nothing is."""
        return self._slice(self.group(PER_WORKER, PER_TEST), (), Deadline.after(timeout))

    def of_test(self, *, timeout: float = TAKE_SECONDS) -> Slice:
        """Return a test's own slice, seen together with that of this worker."""
        deadline = Deadline.after(timeout)
        mine = self.group(PER_TEST)
        if not mine:
            return self.of_worker(timeout=timeout)
        beside = [self._of_worker(deadline)] if self._shared_by_worker() else []
        return self._slice(mine, beside, deadline)

    def of_worker(self, *, timeout: float = TAKE_SECONDS) -> Slice:
        """Return what all tests of this process share, and nobody else sees."""
        part = self._of_worker(Deadline.after(timeout))
        return Slice(self._view, part, (), lambda: None)

    def lasting(self, count: int, *, owned: bool = False) -> list[Slice]:
        """Make slices that last until somebody drops them by their names.

        Those that are `owned` are swept when this process has ended without doing so.
        """
        owner = self._owner if owned else None
        wanted = self._wanted(self.group(PER_WORKER, PER_TEST))
        with in_words():
            parts = self._maker.make(wanted, count, owner)
        return [Slice(self._view, part, (), lambda: None) for part in parts]

    def named(self, name: str) -> Slice:
        """Return a slice that is there, whoever has made it. Raises UsageError."""
        entry = self._maker.registry.entry(number_of(name))
        if entry is None:
            raise UsageError(
                f"{self._view.run} has no slice {name}", hint="greenroom slice --list shows them"
            )
        base, beside = self._view.directory, []
        for number in entry.beside:
            other = self._maker.registry.entry(number)
            if other:
                beside.append(self._maker.found(other, base))
                base = beside[-1].directory
        part = self._maker.found(entry, base)
        return Slice(self._view, part, beside, lambda: self._maker.drop([entry]))

    def keep(self, slice_: Slice, words: str) -> None:
        """Leave a slice as it is, to be looked into; `words` say what it was used for."""
        self._in_use.pop(slice_.entry.number, None)
        beside = tuple(one.entry.number for one in [self._worker] if one)
        for entry in (slice_.entry, *(one.entry for one in [self._worker] if one)):
            own = beside if entry is slice_.entry and entry.number not in beside else ()
            self._maker.registry.write(dataclasses.replace(entry, kept=words, beside=own))

    def look_again(self, view: View) -> None:
        """Let those to come see what was made anew: it has its addresses, but is another."""
        self._view = view

    def entries(self) -> list[Entry]:
        """Return all slices of the run."""
        return list(self._maker.registry.entries())

    def group(self, *isolations: str) -> Group:
        """Return what is sliced for these; whoever follows a test's slice is a part of that."""
        present = [name for name, _ in self._view.directory.resources.items()]
        found = group(self._view.manifest, present, *isolations)
        if isolations == (PER_WORKER,):
            return without(found, group(self._view.manifest, present, PER_TEST))
        return found

    def close(self) -> None:
        """Drop all that is not kept, where it would stay otherwise; nobody uses any of it now."""
        for pool in self._pools.values():
            pool.close(drop=self._lasts)
        if self._in_use and self._lasts:
            with suppress(GreenroomError, TimedOut):
                self._maker.drop(list(self._in_use.values()))
        if self._worker and self._lasts:
            entry = self._maker.registry.entry(self._worker.entry.number)
            if entry and not entry.kept:
                with suppress(GreenroomError, TimedOut):
                    self._maker.drop([entry])
        self._maker.close()

    def _shared_by_worker(self) -> bool:
        return bool(self.group(PER_WORKER).sliced)

    def _of_worker(self, deadline: Deadline) -> Part:
        if self._worker is None:
            wanted = self._wanted(self.group(PER_WORKER))
            with in_words():
                (self._worker,) = self._maker.make(wanted, 1, self._owner, limit=deadline)
        return self._worker

    def _slice(self, wanted: Group, beside: Sequence[Part], deadline: Deadline) -> Slice:
        pool = self._pool(self._wanted(wanted), beside)
        with in_words():
            part = pool.take(deadline)
        self._in_use[part.entry.number] = part.entry

        def end() -> None:
            self._in_use.pop(part.entry.number, None)
            pool.give_back(part)

        return Slice(self._view, part, beside, end)

    def _wanted(self, wanted: Group) -> Group:
        """Return what is to be sliced. Raises UsageError when there is nothing of it."""
        if not wanted:
            raise UsageError(
                f"nothing in {self._view.manifest.name} is sliced",
                hint='give a database or broker "isolation: test" (or worker)',
            )
        return wanted

    def _pool(self, wanted: Group, beside: Sequence[Part]) -> Pool:
        if wanted not in self._pools:
            base: Directory = beside[-1].directory if beside else self._view.directory
            self._pools[wanted] = Pool(
                Work(
                    make=lambda count, limit: self._maker.make(
                        wanted, count, self._owner, base, limit
                    ),
                    drop=lambda parts: self._maker.drop([part.entry for part in parts]),
                    begin=self._sweep,
                    followed=bool(wanted.followers),
                    pooled=self._maker.is_pooled(wanted),
                )
            )
        return self._pools[wanted]

    def _sweep(self) -> None:
        """Drop what others have left, once."""
        if not self._swept:
            self._swept = True
            self._maker.sweep()

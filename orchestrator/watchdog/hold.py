"""What a process has begun or joined, and how that ends: removed, kept, or left to the watchdog."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self

from orchestrator.engines import make
from orchestrator.engines.engine import Engine
from orchestrator.errors import NOT_REMOVED, EngineError, NotRemoved, UsageError
from orchestrator.host.lease import Lease
from orchestrator.host.owner import TIME_TO_LIVE
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.removal import REMOVE_SECONDS, listed, remove_run
from orchestrator.model.event import RunKept
from orchestrator.model.launch import RunLabels
from orchestrator.model.resource import PROCESS
from orchestrator.watchdog.guard import Guard

NEVER = "never"

HURRY = 5.0
"""Seconds for removal after a signal: CI systems kill about ten seconds after it."""


class Keep(Enum):
    """When an environment is left as it is instead of removed."""

    NEVER = "never"
    FAILED = "failed"
    ALWAYS = "always"

    @classmethod
    def _missing_(cls, value: object) -> Self:
        words = ", ".join(one.value for one in cls)
        raise UsageError(f"there is no way to keep it {value!r}", hint=f"there are: {words}")

    def applies(self, *, failed: bool) -> bool:
        """Whether it is kept, now that it is over."""
        return self is Keep.ALWAYS or (failed and self is Keep.FAILED)


@dataclass
class Hold:
    """A run that this process uses, on these engines; `guard` is None where nothing is real.

    `unsure` tells that something of it may appear yet, for which the watchdog looks.
    """

    run: str
    engines: Mapping[str, Engine]
    guard: Guard | None
    unsure: bool = False

    @classmethod
    def begin(
        cls,
        labels: RunLabels,
        environ: Mapping[str, str],
        engines: Mapping[str, Engine],
        real: bool,
    ) -> Self:
        """Begin a run. Raises NotKept when it cannot be watched over.

        On Windows nobody watches yet: its processes inherit no sockets as their input.
        """
        if not real or os.name != "posix":
            return cls(labels.run, engines, None)
        everything = with_engines(engines, (), environ)
        return cls(labels.run, everything, Guard.begin(labels, environ, everything))

    @classmethod
    def join(cls, run: str, environ: Mapping[str, str], engines: Mapping[str, Engine]) -> Self:
        """Use a run that is up; `engines` are those at hand, of which its lease may name more."""
        guard = Guard.join(run, environ)
        lease = Lease.read(guard.folder) if guard else None
        everything = with_engines(engines, lease.engines if lease else (), environ)
        return cls(run, everything, guard)

    def stand(self, seconds: float = TIME_TO_LIVE) -> None:
        """Let it live on without us, for so many seconds from now."""
        if self.guard:
            self.guard.stand(seconds)
            self.guard.let_go()

    def change(self, names: Iterable[str]) -> None:
        """Note which instances are being made anew; `stand` says that they are done.

        They may be on an engine on which there was nothing of the run until now.
        """
        if self.guard:
            self.guard.change(names, self.engines)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The instances that are being made anew, or were left on the way."""
        lease = Lease.read(self.guard.folder) if self.guard else None
        return lease.unfinished if lease else ()

    def let_go(self) -> None:
        """Use it no longer."""
        if self.guard:
            self.guard.let_go()

    def keep(self, seconds: float = TIME_TO_LIVE, *, failed: bool = False) -> RunKept:
        """Leave it as it is for a while, and return the event that says so.

        Nothing of what has `failed` is to be trusted by a later `up`.
        """
        try:
            found = listed(self.engines, self.run)
        except EngineError:
            found = []
        # Those of slices are named by their slices: `greenroom slice --list`.
        there = (thing.instance for thing in found if thing.instance)
        names = tuple(str(one) for one in there if not one.slice)
        self.stand(seconds)
        if failed:
            self.change(names)
        now = time.time()
        return RunKept(at=now, run=self.run, expires=now + seconds, instances=names)

    def remove(self, title: str, tell: Tell, *, hurry: bool = False) -> None:
        """Remove all of it; what appears later, or cannot be removed now, is the watchdog's.

        In a `hurry` an engine that is slow gets some seconds only. Raises NotRemoved.
        """
        if self.guard:
            self.guard.fall()
        try:
            remove_run(title, self.run, self.engines, tell, HURRY if hurry else REMOVE_SECONDS)
        except NotRemoved as left:
            left.hint = self._goes_on(left.hint)
            raise
        except EngineError as silent:
            hint = self._goes_on(f"when it answers: greenroom down {self.run}")
            raise NotRemoved(f"{NOT_REMOVED} {self.run}: {silent.message}", hint=hint) from silent
        else:
            if self.guard and not self.unsure:
                self.guard.done()
        finally:
            self.let_go()

    def _goes_on(self, hint: str) -> str:
        return f"its watchdog goes on trying; {hint}" if self.guard else hint


def with_engines(
    engines: Mapping[str, Engine], names: Iterable[str], environ: Mapping[str, str]
) -> Mapping[str, Engine]:
    """Return the engines with these others, and with that of processes.

    That one has every run's folder, and what seeds start.
    """
    others = [name for name in (*names, PROCESS) if name not in engines]
    return {**engines, **{name: make(name, environ) for name in others}}

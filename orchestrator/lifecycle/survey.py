"""Looks at what is alive on this machine, by what the engines report and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.engines import ALL, make, make_all
from orchestrator.engines.asking import in_time
from orchestrator.engines.engine import Engine
from orchestrator.engines.process.mark import is_run
from orchestrator.errors import EngineUnavailable
from orchestrator.host.lease import Lease, run_folder
from orchestrator.host.owner import Owner
from orchestrator.lifecycle.verdict import Claim
from orchestrator.model.launch import (
    ENVIRONMENT,
    EXPIRES,
    INSTEAD,
    MANIFEST,
    OWNER,
    STAYS,
    Found,
    RunLabels,
    State,
)
from orchestrator.model.resource import Instance

LIST_SECONDS = 15.0

UNFINISHED = State("was made only in part")


@dataclass(frozen=True)
class Run:
    """One run that is alive, or was: everything that the engines have of it, and its lease."""

    id: str
    things: tuple[Found, ...]
    lease: Lease | None = None

    def label(self, key: str) -> str:
        """What a label of the run says, the same on all that it has; empty when none says it."""
        texts = (thing.labels.get(key, "") for thing in self.things)
        return next(filter(None, texts), "")

    @property
    def run_labels(self) -> RunLabels:
        """Its labels, for what is added to it."""
        expires = self.label(EXPIRES)
        return RunLabels(
            run=self.id,
            environment=self.identity,
            name=self.name,
            manifest=self.manifest,
            owner=self.label(OWNER),
            expires=int(expires) if expires.isdecimal() else 0,
            stays=self.stays,
            instead=self.instead,
        )

    @property
    def claim(self) -> Claim:
        """What is known of its right to live."""
        expires = self.label(EXPIRES)
        return Claim(
            owner=Owner.parse(self.label(OWNER)),
            expires=float(expires) if expires.isdecimal() else None,
            stays=self.stays,
            lease=self.lease,
            running=any(thing.state.status == "running" for thing in self.instances),
        )

    @property
    def name(self) -> str:
        """The manifest's name, for display."""
        return self.label(ENVIRONMENT).rpartition(":")[0]

    @property
    def identity(self) -> str:
        """Which manifest and user it belongs to."""
        return self.label(ENVIRONMENT).rpartition(":")[2]

    @property
    def manifest(self) -> str:
        """The path of the manifest that it was made from."""
        return self.label(MANIFEST)

    @property
    def instead(self) -> dict[str, str]:
        """What its resources use instead of what the manifest says, by name."""
        return {
            thing.instance.resource: used
            for thing in self.instances
            if thing.instance and (used := thing.labels.get(INSTEAD))
        }

    @property
    def stays(self) -> bool:
        """Whether `up` made it, to be joined by others, and not a test run for itself."""
        return any(STAYS in thing.labels for thing in self.things)

    @property
    def is_ready(self) -> bool:
        """Whether an `up` made it and came to its end, so that others may join it."""
        return self.stays and (self.lease is None or self.lease.standing)

    @property
    def standing(self) -> dict[Instance, Found]:
        """Its instances by name; what was broken off while it was made is said to be unwell."""
        there = {thing.instance: thing for thing in self.things if thing.instance}
        broken = self.lease.unfinished if self.lease else ()
        return {
            one: replace(thing, state=UNFINISHED) if str(one) in broken else thing
            for one, thing in there.items()
        }

    @property
    def instances(self) -> tuple[Found, ...]:
        """Its instances, without its places."""
        return tuple(thing for thing in self.things if thing.instance)

    @property
    def healthy(self) -> bool:
        """Whether everything in it that is not a finished task runs."""
        alive = [thing for thing in self.instances if thing.state.alive]
        ended_well = [thing for thing in self.instances if thing.state.exit_code == 0]
        return bool(alive) and len(alive) + len(ended_well) == len(self.instances)


@dataclass(frozen=True)
class Survey:
    """The engines that answered, every run that they have, and why others did not answer."""

    engines: Mapping[str, Engine]
    runs: tuple[Run, ...]
    silent: tuple[EngineUnavailable, ...] = ()

    def engines_of(self, run: Run, environ: Mapping[str, str]) -> Mapping[str, Engine]:
        """Return every engine that may have something of a run, also those that did not answer."""
        names = [name for name in run.lease.engines if name in ALL] if run.lease else []
        return {name: make(name, environ) for name in names} | dict(self.engines)

    def without(self, run: Run | None) -> Survey:
        """Return the same without a run that has been removed since."""
        return replace(self, runs=tuple(one for one in self.runs if one is not run))

    def of(self, identity: str) -> list[Run]:
        """Return the runs of one manifest and user."""
        return [run for run in self.runs if run.identity == identity]

    def standing(self, identity: str) -> Run | None:
        """Return what an `up` has made of a manifest and user, if it is up."""
        there = [run for run in self.of(identity) if run.is_ready]
        return max(there, key=lambda run: run.healthy, default=None)


def survey(
    environ: Mapping[str, str],
    run: str | None = None,
    *,
    engines: Mapping[str, Engine] | None = None,
) -> Survey:
    """Ask every engine, or these, for all of Greenroom's, or for one run."""
    found: list[Found] = []
    answering: dict[str, Engine] = {}
    silent: list[EngineUnavailable] = []
    for name, engine in (engines or make_all(ALL, environ)).items():
        try:
            with in_time(name, LIST_SECONDS) as deadline:
                found += engine.list(deadline, run)
            answering[name] = engine
        except EngineUnavailable as error:
            silent.append(error)
    runs = tuple(
        Run(
            id=one,
            things=tuple(thing for thing in found if thing.run == one),
            lease=Lease.read(run_folder(one, environ)) if is_run(one) else None,
        )
        for one in sorted({thing.run for thing in found})
    )
    return Survey(answering, runs, tuple(silent))

"""Looks at what is alive on this machine, by what the engines report and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.engines import make_all
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineUnavailable
from orchestrator.model.launch import ENVIRONMENT, MANIFEST, STAYS, Found
from orchestrator.model.resource import DOCKER, PROCESS
from orchestrator.waiting import Deadline

LIST_SECONDS = 15.0


@dataclass(frozen=True)
class Run:
    """One run that is alive, or was: everything that the engines have of it."""

    id: str
    things: tuple[Found, ...]

    @property
    def name(self) -> str:
        """The manifest's name, for display."""
        return self.things[0].labels.get(ENVIRONMENT, "").rpartition(":")[0]

    @property
    def identity(self) -> str:
        """Which manifest and user it belongs to."""
        return self.things[0].labels.get(ENVIRONMENT, "").rpartition(":")[2]

    @property
    def manifest(self) -> str:
        """The path of the manifest that it was made from."""
        return self.things[0].labels.get(MANIFEST, "")

    @property
    def stays(self) -> bool:
        """Whether `up` made it, to be joined by others, and not a test run for itself."""
        return any(STAYS in thing.labels for thing in self.things)

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

    def of(self, identity: str) -> list[Run]:
        """Return the runs of one manifest and user."""
        return [run for run in self.runs if run.identity == identity]


def survey(environ: Mapping[str, str], run: str | None = None) -> Survey:
    """Ask every engine for all of Greenroom's, or for one run."""
    found: list[Found] = []
    answering: dict[str, Engine] = {}
    silent: list[EngineUnavailable] = []
    for name, engine in make_all((DOCKER, PROCESS), environ).items():
        try:
            found += engine.list(Deadline.after(LIST_SECONDS), run)
            answering[name] = engine
        except EngineUnavailable as error:
            silent.append(error)
    ids = sorted({thing.run for thing in found})
    runs = tuple(Run(id_, tuple(thing for thing in found if thing.run == id_)) for id_ in ids)
    return Survey(answering, runs, tuple(silent))

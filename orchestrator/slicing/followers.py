"""Starts and removes the instances that only one slice has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError, GreenroomError
from orchestrator.host.ports import HeldPorts
from orchestrator.lifecycle.executor import execute, ignore
from orchestrator.lifecycle.removal import listed
from orchestrator.lifecycle.stage import Stage
from orchestrator.lifecycle.survey import Run
from orchestrator.model.launch import Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Instance
from orchestrator.plan.slices import plan_followers
from orchestrator.waiting import Deadline, TimedOut

REMOVE_SECONDS = 30.0


@dataclass(frozen=True)
class Followers:
    """What has to be known to start instances of a run that is up."""

    manifest: Manifest
    run: str
    engines: Mapping[str, Engine]
    environ: Mapping[str, str]

    def start(
        self, names: tuple[str, ...], slice_: str, directory: Directory, limit: Deadline
    ) -> tuple[Directory, dict[Instance, Found]]:
        """Start an instance of each of these in a slice, and return where everything is then.

        Raises StepFailed, when nothing of them is left.
        """
        run = Run(self.run, tuple(listed(self.engines, self.run)))
        images = {one.instance.resource: one.image for one in run.instances if one.instance}
        plan = plan_followers(self.manifest, names, slice_, images)
        # A failure is the end of these, and not of all others that are made.
        limit = dataclasses.replace(limit, stop=limit.stop.below())
        with HeldPorts() as ports:
            laid_out = self.laid_out(names, slice_, directory, ports)
            stage = Stage(
                self.manifest,
                run.run_labels,
                self.engines,
                laid_out,
                ports,
                tell=ignore,
                limit=limit,
                environ=self.environ,
            )
            try:
                execute(plan, stage.perform, ignore, limit.stop)
            except BaseException:
                self.remove(stage.started)
                raise
        return stage.directory, dict(stage.found)

    def laid_out(
        self, names: tuple[str, ...], slice_: str, directory: Directory, ports: HeldPorts
    ) -> Directory:
        """Return a directory in which these names mean the slice's own instances."""
        chosen = {
            (Instance(name, slice_), port.number): ports.take(1)[0]
            for name in names
            for port in self.manifest.resources[name].ports
        }
        return dataclasses.replace(
            directory,
            slices={**directory.slices, **dict.fromkeys(names, slice_)},
            ports={**directory.ports, **chosen},
        )

    def remove(self, found: Iterable[Found]) -> None:
        """Remove instances; what cannot be removed now goes with the run."""
        for one in found:
            with suppress(GreenroomError, TimedOut):
                self.engines[one.engine].remove(one, Deadline.after(REMOVE_SECONDS))

    def of(self, slices: set[str]) -> Iterator[Found]:
        """Yield what the engines have of these slices."""
        with suppress(EngineError):
            for one in listed(self.engines, self.run):
                if one.instance and one.instance.slice in slices:
                    yield one

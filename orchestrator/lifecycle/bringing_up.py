"""Brings an environment up by its plan; whatever goes wrong on the way, nothing of it is left."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from orchestrator.addressing.resolve import answer, fields
from orchestrator.addressing.route import LOCAL, Directory
from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError, PortTaken
from orchestrator.host.owner import new_labels
from orchestrator.host.ports import HeldPorts
from orchestrator.lifecycle.executor import Tell, execute
from orchestrator.lifecycle.removal import remove_run
from orchestrator.lifecycle.running import RunningResource
from orchestrator.lifecycle.stage import Stage
from orchestrator.lifecycle.survey import Run
from orchestrator.model.event import RunReady, RunStarted
from orchestrator.model.facts import Facts
from orchestrator.model.launch import Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Instance, Port, Resource
from orchestrator.model.step import Plan, Start
from orchestrator.model.template import Reference
from orchestrator.waiting import Deadline, Stop

DESCRIBE_SECONDS = 15.0


@dataclass(frozen=True)
class Brought:
    """An environment that is up: its run, where everything is, and what each engine has of it."""

    run: str
    engines: Mapping[str, Engine]
    directory: Directory
    instances: Mapping[Instance, Found]

    @classmethod
    def found(cls, run: Run, manifest: Manifest, engines: Mapping[str, Engine]) -> Self:
        """Return a run that was up before, from what the engines report of it."""
        there = {thing.instance: thing for thing in run.instances if thing.instance}
        instances = {
            resource.instance: there[resource.instance]
            for resource in manifest.resources.values()
            if resource.instance in there
        }
        ports = {
            (instance, number): host
            for instance, thing in instances.items()
            for number, host in thing.ports.items()
        }
        resources = {one.resource: manifest.resources[one.resource] for one in instances}
        directory = Directory(resources, hosts=hosts(engines), ports=ports)
        return cls(run.id, engines, directory, instances)

    @property
    def resources(self) -> dict[str, RunningResource]:
        """Every resource by name, in the manifest's order."""
        return {
            name: RunningResource(instance, self.directory, self.instances[instance], engine)
            for name, resource in self.directory.resources.items()
            if (instance := resource.instance) in self.instances
            for engine in [self.engines[resource.engine]]
        }


def bring_up(
    manifest: Manifest,
    plan: Plan,
    known: Facts,
    engines: Mapping[str, Engine],
    *,
    tell: Tell,
    environ: Mapping[str, str],
    stays: bool = False,
) -> Brought:
    """Walk the plan. Raises what failed first, when nothing of the run is left any more."""
    began = time.monotonic()
    labels = new_labels(manifest, stays=stays)
    with HeldPorts() as ports:
        directory = laid_out(manifest, plan, known, ports)
        stop = Stop()
        stage = Stage(
            manifest, labels, engines, directory, ports, tell=tell, stop=stop, environ=environ
        )
        tell(started(labels.run, plan, known, directory))
        try:
            execute(plan, stage.perform, tell, stop)
        except BaseException as error:
            clean_up(manifest.name, labels.run, engines, tell, error)
            raise
    tell(ready(labels.run, stage.directory, time.monotonic() - began))
    return Brought(labels.run, engines, stage.directory, stage.found)


def laid_out(manifest: Manifest, plan: Plan, known: Facts, ports: HeldPorts) -> Directory:
    """Return where everything will be: host ports are chosen before anything starts."""
    names = [step.instance.resource for step in plan.steps if isinstance(step, Start)]
    resources = {name: resource for name, resource in manifest.resources.items() if name in names}
    chosen = {
        (resource.instance, port.number): host_port(resource, port, ports)
        for resource in resources.values()
        for port in resource.ports
    }
    hosts = {name: engine.address for name, engine in known.engines.items()}
    return Directory(resources, hosts=hosts, ports=chosen)


def host_port(resource: Resource, port: Port, ports: HeldPorts) -> int:
    """Return a host port that is held from now on. Raises PortTaken with the resource's name."""
    if port.host is None:
        return ports.take(1)[0]
    try:
        return ports.take_fixed(port.host)
    except PortTaken as taken:
        words = f"{resource.name} wants port {port.host} of this host, which is taken"
        raise PortTaken(words, port=port.host, hint=taken.hint) from taken


def clean_up(
    name: str, run: str, engines: Mapping[str, Engine], tell: Tell, error: BaseException
) -> None:
    """Remove what was made so far; what cannot be removed is added to the error it followed."""
    try:
        remove_run(name, run, engines, tell)
    except GreenroomError as left:
        error.add_note(f"{left.message}\n{left.hint}")


def started(run: str, plan: Plan, known: Facts, directory: Directory) -> RunStarted:
    """Return the event that begins a run, with one sentence about each engine."""
    engines = tuple(
        f"{name} {facts.version}".strip()
        + ("" if facts.address == LOCAL else f" at {facts.address}")
        for name, facts in known.engines.items()
    )
    return RunStarted(
        at=time.time(),
        run=run,
        name=plan.title,
        engines=engines,
        resources=tuple(directory.resources),
        waits=tuple(waits(plan)),
        tasks=tuple(name for name, resource in directory.resources.items() if resource.is_task),
    )


def waits(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each resource with the resources and images that its start waits for."""
    subjects = {step.key: step.subject for step in plan.steps}
    for step in plan.steps:
        if isinstance(step, Start):
            others = dict.fromkeys(subjects[key] for key in step.after)
            yield step.subject, tuple(name for name in others if name not in ("", step.subject))


def ready(run: str, directory: Directory, seconds: float) -> RunReady:
    """Return the event that ends the way up, with the address of everything that has one."""
    addresses = tuple(
        (name, answer(Reference(name, "url"), None, directory, of=None))
        for name, resource in directory.resources.items()
        if "url" in fields(resource)
    )
    return RunReady(at=time.time(), run=run, seconds=seconds, addresses=addresses)


def hosts(engines: Mapping[str, Engine]) -> dict[str, str]:
    """Return for each engine where its published ports are reached from here."""
    return {
        name: engine.describe(Deadline.after(DESCRIBE_SECONDS)).address
        for name, engine in engines.items()
    }

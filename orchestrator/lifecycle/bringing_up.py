"""Brings an environment up by its plan, and knows where everything of it is."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from orchestrator.addressing.places import in_own_places
from orchestrator.addressing.resolve import answer, fields
from orchestrator.addressing.route import LOCAL, Directory
from orchestrator.engines.asking import in_time
from orchestrator.engines.engine import Engine
from orchestrator.errors import PortTaken, StepFailed, UsageError
from orchestrator.host.ports import HeldPorts
from orchestrator.host.programs import fits
from orchestrator.lifecycle.executor import Tell, execute
from orchestrator.lifecycle.stage import Stage
from orchestrator.lifecycle.survey import Run
from orchestrator.lifecycle.under_way import UnderWay
from orchestrator.lifecycle.walk import Grace
from orchestrator.model.event import Event, Noticed, RunCompared, RunReady, RunStarted
from orchestrator.model.facts import EngineFacts, Facts, Program
from orchestrator.model.launch import Found, RunLabels
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import ADOPTED, PROCESS, Instance, Limits, Port, Resource
from orchestrator.model.step import AddDatabase, ApplySeed, Keep, Plan, Start, Step
from orchestrator.model.template import Reference
from orchestrator.waiting import Deadline

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
        """Return a run that was up before, from what the engines report of it.

        Raises UsageError where the manifest has put something on another engine since.
        """
        there = {thing.instance: thing for thing in run.instances if thing.instance}
        refuse_if_moved(run.id, there, manifest)
        instances = {
            resource.instance: found.seen_as(resource.instance)
            for resource in manifest.resources.values()
            if (found := there.get(Instance(resource.server)))
        }
        ports = {
            (instance, number): host
            for instance, thing in instances.items()
            for number, host in thing.ports.items()
        }
        resources = {one.resource: manifest.resources[one.resource] for one in instances}
        known = described(engines)
        directory = Directory(
            resources,
            hosts=hosts(known),
            ports=ports,
            folders=folders(known, run.id),
            joined=joined(known, run.id),
        )
        directory = in_own_places(directory, run.id, instances.values())
        return cls(run.id, engines, directory, instances)


def refuse_if_moved(run: str, there: Mapping[Instance, Found], manifest: Manifest) -> None:
    """Raise UsageError when something of a run is not on the engine that the manifest names."""
    for resource in manifest.resources.values():
        found = there.get(resource.instance)
        if found and found.engine != resource.engine:
            raise UsageError(
                f"{resource.name} of {run} is on the engine {found.engine}, and the manifest has "
                f"it on {resource.engine} now",
                hint="apply the changes with: greenroom up",
            )


class BringingUp:
    """One way up: the plan is walked once; what went wrong is for the caller to clean up.

    `limit` is the deadline of the whole. `unsure` tells afterwards that a call was left before its
    answer: what it makes may appear later; `begun` is what was started,
    `instances` all that was there, and `directory` where; None before anything was laid out.
    """

    def __init__(
        self,
        manifest: Manifest,
        plan: Plan,
        known: Facts,
        engines: Mapping[str, Engine],
        labels: RunLabels,
        *,
        tell: Tell,
        environ: Mapping[str, str],
        limit: Deadline,
    ) -> None:
        self.manifest = manifest
        self.plan = plan
        self.known = known
        self.engines = engines
        self.labels = labels
        self.environ = environ
        self.limit = limit
        self.unsure = False
        self.begun: tuple[Found, ...] = ()
        self.instances: Mapping[Instance, Found] = {}
        self.directory: Directory | None = None
        self.under_way = UnderWay(tell)

    def walk(self) -> Brought:
        """Walk the plan. Raises what failed first, when none of its steps is under way any more."""
        began = time.monotonic()
        with HeldPorts() as ports:
            directory = laid_out(self.manifest, self.plan, self.known, ports, self.labels.run)
            stage = self.stage(directory, ports)
            self.tell(started(self.labels.run, self.plan, self.known, directory))
            unusual = (
                *other_versions(self.plan, directory),
                *unlimited(self.plan, directory, self.known),
            )
            for text in unusual:
                self.tell(Noticed(at=time.time(), text=text))
            try:
                stop, grace = self.limit.stop, Grace(is_seed)
                execute(self.plan, stage.perform, self.tell, stop, stage.look, grace)
            except StepFailed:
                raise
            except BaseException:
                self.under_way.tell_stopped(self.engines, stage.found)
                raise
            finally:
                self.unsure = stage.unsure
                self.begun = tuple(stage.started)
                self.instances = dict(stage.found)
                self.directory = stage.directory
        self.tell(ready(self.labels.run, stage.directory, time.monotonic() - began))
        return Brought(self.labels.run, self.engines, stage.directory, stage.found)

    def tell(self, event: Event) -> None:
        """Tell whoever listens."""
        self.under_way.tell(event)

    def stage(self, directory: Directory, ports: HeldPorts) -> Stage:
        """Return where the steps are performed."""
        return Stage(
            self.manifest,
            self.labels,
            self.engines,
            directory,
            ports,
            tell=self.tell,
            limit=self.limit,
            environ=self.environ,
        )


def is_seed(step: Step) -> bool:
    """Whether a step puts a seed in: whoever wrote one with a mistake has often written another."""
    return isinstance(step, ApplySeed)


def laid_out(manifest: Manifest, plan: Plan, known: Facts, ports: HeldPorts, run: str) -> Directory:
    """Return where everything will be: host ports are chosen before anything starts."""
    before = standing_ports(plan)
    names = {instance.resource for instance in before}
    resources = {name: resource for name, resource in manifest.resources.items() if name in names}
    places = [
        (one, port)
        for one in resources.values()
        if not one.adopted and not one.on
        for port in one.ports
    ]
    # One that is chosen must not be one that somebody has to have.
    places.sort(key=lambda place: place[1].host is None)
    chosen = {
        (one.instance, port.number): before[one.instance].get(port.number)
        or host_port(one, port, ports)
        for one, port in places
    }
    directory = Directory(
        resources,
        hosts=hosts(known.engines),
        ports=chosen,
        folders=folders(known.engines, run),
        joined=joined(known.engines, run),
    )
    kept = (step.found for step in plan.steps if isinstance(step, Keep))
    return in_own_places(directory, run, kept)


def hosts(engines: Mapping[str, EngineFacts]) -> dict[str, str]:
    """Return for each engine where its published ports are reached from here."""
    return {name: one.address for name, one in engines.items()}


def folders(engines: Mapping[str, EngineFacts], run: str) -> dict[str, str]:
    """Return for each engine that has such the folder in which a run's servers have theirs."""
    return {name: f"{one.folder}/{run}" for name, one in engines.items() if one.folder}


def joined(engines: Mapping[str, EngineFacts], run: str) -> dict[str, str]:
    """Return the run for each engine in whose networks we are ourselves."""
    return {name: run for name, one in engines.items() if one.joined}


def standing_ports(plan: Plan) -> dict[Instance, Mapping[int, int]]:
    """Return each instance of the plan with the host ports that it, or what it replaces, has."""
    found: dict[Instance, Mapping[int, int]] = {}
    for step in plan.steps:
        match step:
            case Keep(instance=instance, found=thing):
                found[instance] = thing.ports
            case Start(instance=instance, ports=ports):
                found[instance] = ports
            case AddDatabase(instance=instance):
                found[instance] = {}
    return found


def host_port(resource: Resource, port: Port, ports: HeldPorts) -> int:
    """Return a host port that is held from now on. Raises PortTaken with the resource's name."""
    if port.host is None:
        return ports.take(1)[0]
    try:
        return ports.take_fixed(port.host)
    except PortTaken as taken:
        words = f"{resource.name} wants port {port.host} of this host, which is taken"
        raise PortTaken(words, port=port.host, hint=taken.hint, resource=resource.name) from taken


def started(run: str, plan: Plan, known: Facts, directory: Directory) -> RunStarted:
    """Return the event that begins a run, with one sentence about each engine."""
    engines = tuple(
        sentence(one, known.programs, directory.resources.values())
        for one in known.engines.values()
    )
    return RunStarted(
        at=time.time(),
        run=run,
        name=plan.title,
        engines=engines,
        reason=next((one.reason for one in known.engines.values() if one.reason), ""),
        resources=tuple(directory.resources),
        waits=tuple(waits(plan)),
        tasks=tuple(name for name, resource in directory.resources.items() if resource.is_task),
    )


def sentence(
    engine: EngineFacts, programs: Mapping[str, Program], resources: Collection[Resource]
) -> str:
    """Return what the first line of output says of an engine, and of the servers of this host."""
    given = [f"{one.name}: {one.adopted}" for one in resources if one.adopted]
    if engine.name == ADOPTED:
        return f"{engine.name} ({', '.join(given)})"
    native = {one.name for one in resources if one.native}
    words = f"{engine.name} {engine.version}".strip()
    where = "" if engine.address == LOCAL else f" at {engine.address}"
    if engine.joined:
        where = ", beside which this runs in a container: that joins the run's network"
    servers = ", ".join(f"{name}: {one}" for name, one in programs.items() if name in native)
    which = f" ({servers})" if engine.name == PROCESS and servers else ""
    return f"{words}{where}{which} {engine.reason}".rstrip()


def other_versions(plan: Plan, directory: Directory) -> Iterator[str]:
    """Yield in words which servers run in another version than was asked for."""
    for step in plan.steps:
        if isinstance(step, Start) and step.program:
            wanted = directory.of(step.instance).version
            if wanted and not fits(step.program.version, wanted):
                yield f"{step.instance} asks for {wanted}, and runs as {step.program}"


def unlimited(plan: Plan, directory: Directory, known: Facts) -> Iterator[str]:
    """Yield in words whose limits will not be kept."""
    without = {name for name, one in known.engines.items() if not one.limits}
    for step in plan.steps:
        if not isinstance(step, Start) or step.engine not in without:
            continue
        if directory.of(step.instance).limits != Limits():
            yield f"{step.instance} has limits, which this engine cannot keep"


def compared(run: str, plan: Plan) -> RunCompared:
    """Return the event that says what becomes of what is up already."""
    changes = tuple((str(one.instance), str(one.kind), one.cause) for one in plan.changes)
    return RunCompared(at=time.time(), run=run, changes=changes)


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


def described(engines: Mapping[str, Engine]) -> dict[str, EngineFacts]:
    """Return what each engine says of itself."""
    found = {}
    for name, engine in engines.items():
        with in_time(name, DESCRIBE_SECONDS) as deadline:
            found[name] = engine.describe(deadline)
    return found

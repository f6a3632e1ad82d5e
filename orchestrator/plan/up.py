"""The plan that brings an environment up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from orchestrator.manifest.dependencies import dependencies
from orchestrator.model.facts import Facts
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Automatic, Readiness, Tcp
from orchestrator.model.resource import DOCKER, PROCESS, Instance, Resource, TaskSeed
from orchestrator.model.step import (
    ApplySeed,
    BuildImage,
    Open,
    Plan,
    Pull,
    Ready,
    Start,
    StartRelay,
    Step,
)
from orchestrator.plan.images import image_name
from orchestrator.plan.selection import needed_by, taking_part

RELAY = Instance("greenroom")
"""The relay runs under a name that no resource can have."""

SEED_TIMEOUT = 600.0
"""Seconds that one seed may take; the same that pulls and builds have."""


def plan_up(manifest: Manifest, facts: Facts, profiles: Collection[str] = ()) -> Plan:
    """Return every step from nothing to an environment that is ready and seeded."""
    return Planning(manifest, facts, profiles).plan()


class Planning:
    """What one planning knows: the manifest, the facts, and who takes part for which reason."""

    def __init__(self, manifest: Manifest, facts: Facts, profiles: Collection[str]) -> None:
        self.facts = facts
        self.reasons = taking_part(manifest, profiles)
        self.resources = {name: manifest.resources[name] for name in self.reasons}
        self.title = manifest.name

    def plan(self) -> Plan:
        """Return the plan: places, images, the relay, then each resource's own steps."""
        steps = [
            *self.open(),
            *self.images(),
            *self.relay(),
            *(step for resource in self.resources.values() for step in self.steps(resource)),
        ]
        return Plan(self.title, in_order(steps))

    def open(self) -> Iterator[Step]:
        """Make a place on each engine that something runs on."""
        for engine in (DOCKER, PROCESS):
            names = [name for name, one in self.resources.items() if one.engine == engine]
            if names:
                where = "in containers" if engine == DOCKER else "on this host"
                yield Open(engine=engine, cause=f"{listed(names)} run{plural(names)} {where}")

    def images(self) -> Iterator[Step]:
        """Fetch or make each image once, however many run it."""
        users: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            image = image_name(resource, self.facts.image_prefix)
            if image:
                users.setdefault(image, []).append(resource)
        for image, resources in users.items():
            yield from self.image(image, resources)

    def image(self, image: str, resources: list[Resource]) -> Iterator[Step]:
        """Fetch or make one image, unless it is there and nobody asked for a newer one."""
        first, names = resources[0], [resource.name for resource in resources]
        if first.build:
            cause = f"{listed(names)} {'is' if len(names) == 1 else 'are'} built from a Dockerfile"
            yield BuildImage(
                engine=DOCKER, image=image, build=first.build, resource=first.name, cause=cause
            )
        elif any(resource.pull == "always" for resource in resources):
            yield self.pull(image, first, f"{listed(names)} asked for `pull: always`")
        elif image not in self.facts.images and any(one.pull != "never" for one in resources):
            known = DOCKER in self.facts.engines
            why = "it is not present" if known else "nothing is known of the engine"
            yield self.pull(image, first, f"{listed(names)} need{plural(names)} it, and {why}")

    def pull(self, image: str, resource: Resource, cause: str) -> Pull:
        """Return the step that fetches an image."""
        return Pull(engine=DOCKER, image=image, platform=resource.platform, cause=cause)

    def relay(self) -> Iterator[Step]:
        """Start the relay if a container refers to a process on this host."""
        pairs = [
            (resource.name, name)
            for resource in self.resources.values()
            if resource.contained
            for name in (needed.name for needed in needed_by(resource))
            if not self.resources[name].contained and self.resources[name].ports
        ]
        if pairs:
            targets = tuple(Instance(name) for name in dict.fromkeys(name for _, name in pairs))
            user, target = pairs[0]
            yield StartRelay(
                instance=RELAY,
                targets=targets,
                cause=f"{user} runs in a container and refers to {target}, which runs on this host",
                after=(f"open {DOCKER}", f"open {PROCESS}"),
            )

    def steps(self, resource: Resource) -> Iterator[Step]:
        """Start it, wait for it, seed it."""
        instance = resource.instance
        yield Start(
            engine=resource.engine,
            instance=instance,
            image=image_name(resource, self.facts.image_prefix),
            cause="; ".join([self.reasons[resource.name], *self.waits(resource)]),
            after=tuple(dict.fromkeys(self.before_start(resource))),
        )
        yield Ready(
            instance=instance,
            readiness=readiness(resource),
            timeout=resource.timeout,
            cause=f"{resource.name} was started",
            after=(f"start {instance}",),
        )
        yield from self.seeds(resource)

    def waits(self, resource: Resource) -> list[str]:
        """Return why it waits for others, in words."""
        return [needed.cause for needed in dependencies(resource)]

    def seeds(self, resource: Resource) -> Iterator[Step]:
        """Apply each seed after the one before it; a seed that is a task has steps of its own."""
        for number, seed in enumerate(resource.seeds, 1):
            if not isinstance(seed, TaskSeed):
                yield ApplySeed(
                    instance=resource.instance,
                    number=number,
                    seed=seed,
                    timeout=SEED_TIMEOUT,
                    cause=f"{resource.section}.{resource.name}.seed",
                    after=(self.settled(resource, number - 1),),
                )

    def settled(self, resource: Resource, seeds: int | None = None) -> str:
        """Return the key of the step after which it is ready and has so many seeds (None: all)."""
        number = len(resource.seeds) if seeds is None else seeds
        if number == 0:
            return f"ready {resource.instance}"
        seed = resource.seeds[number - 1]
        if isinstance(seed, TaskSeed):
            return f"ready {seed.task}"
        return f"seed {resource.instance} {number} {seed}"

    def before_start(self, resource: Resource) -> Iterator[str]:
        """Yield the key of each step that its start waits for."""
        yield f"open {resource.engine}"
        yield from self.image_step(resource)
        seeded = dict(self.seeded_by(resource))
        yield from seeded.values()
        for needed in dependencies(resource):
            if needed.name not in seeded:
                yield self.settled(self.resources[needed.name])
        if resource.contained and any(step.instance == RELAY for step in self.relays_for(resource)):
            yield f"start {RELAY}"

    def image_step(self, resource: Resource) -> Iterator[str]:
        """Yield the key of the step that brings its image, if there is one."""
        wanted = image_name(resource, self.facts.image_prefix)
        for step in self.images():
            if isinstance(step, Pull | BuildImage) and step.image == wanted:
                yield step.key

    def seeded_by(self, task: Resource) -> Iterator[tuple[str, str]]:
        """Yield each resource whose seed runs this task, with the step that comes before it."""
        for resource in self.resources.values():
            for number, seed in enumerate(resource.seeds):
                if isinstance(seed, TaskSeed) and seed.task == task.name:
                    yield resource.name, self.settled(resource, number)

    def relays_for(self, resource: Resource) -> Iterator[StartRelay]:
        """Yield the relay if this container refers to one of its targets."""
        needed = {needed.name for needed in needed_by(resource)}
        for step in self.relay():
            if isinstance(step, StartRelay) and needed & {one.resource for one in step.targets}:
                yield step


def readiness(resource: Resource) -> Readiness:
    """Return how it is seen to be ready; a process on this host has no image to be asked."""
    asked = resource.readiness
    if isinstance(asked.probe, Automatic) and not resource.contained and resource.ports:
        return replace(asked, probe=Tcp(asked.probe.port))
    return asked


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    """Return the steps so that each stands behind all it waits for, else as they were."""
    waiting, done, ordered = list(steps), set[str](), list[Step]()
    while waiting:
        free = next(step for step in waiting if done.issuperset(step.after))
        waiting.remove(free)
        done.add(free.key)
        ordered.append(free)
    return tuple(ordered)


def listed(names: list[str]) -> str:
    """Return names as one says them: `a`, `a and b`, `a, b and 3 more`."""
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"


def plural(names: list[str]) -> str:
    """Return the ending of the verb that goes with so many names."""
    return "s" if len(names) == 1 else ""

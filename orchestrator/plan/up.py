"""The plan that brings an environment up, or one that is up already to what is wanted now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from orchestrator.manifest.dependencies import dependencies
from orchestrator.model.facts import Facts, Program
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Automatic, Readiness, Tcp
from orchestrator.model.resource import ADOPTED, DOCKER, PROCESS, Instance, Resource, TaskSeed
from orchestrator.model.snapshot import snapshot_image
from orchestrator.model.step import (
    AddDatabase,
    ApplySeed,
    Keep,
    MakeOwn,
    Open,
    Plan,
    Ready,
    Start,
    StartRelay,
    Step,
)
from orchestrator.plan.fetching import fetching
from orchestrator.plan.fingerprint import fingerprint
from orchestrator.plan.images import image_name
from orchestrator.plan.leaving import Leaving
from orchestrator.plan.locking import locked
from orchestrator.plan.reconcile import Reconciliation
from orchestrator.plan.relay import RELAY, relaying
from orchestrator.plan.seeded_state import SeededState
from orchestrator.plan.selection import RESTART, taking_part, tenants
from orchestrator.plan.words import listed, plural

THROUGH_RELAY = "it is up and goes through the relay"

WHERE = {DOCKER: "in containers", PROCESS: "on this host", ADOPTED: "already"}
"""The engines that have a place of each run, and where what they have runs."""

OWN_SECONDS = 60.0

SEED_TIMEOUT = 600.0
"""Seconds that one seed may take; the same that pulls and builds have."""


def plan_up(
    manifest: Manifest,
    facts: Facts,
    profiles: Collection[str] = (),
    *,
    fresh: bool = False,
    restart: Collection[str] = (),
) -> Plan:
    """Return every step from what stands to an environment that is ready and seeded.

    What stands (`facts.standing`), is well and is still the same is kept. With `fresh` everything
    is made anew; with `restart` only these resources of the manifest, whatever has changed.
    """
    return Planning(manifest, facts, profiles, fresh=fresh, restart=restart).plan()


class Planning:
    """What one planning knows: the facts, who takes part for which reason, what becomes of whom."""

    def __init__(
        self,
        manifest: Manifest,
        facts: Facts,
        profiles: Collection[str],
        *,
        fresh: bool,
        restart: Collection[str],
    ) -> None:
        self.facts = facts
        # A tenant is made anew with its server.
        restart = tuple(dict.fromkeys(server_of(manifest, name) for name in restart))
        self.reasons = taking_part(manifest, profiles, asked_for(manifest, facts, restart))
        self.resources = {name: manifest.resources[name] for name in self.reasons}
        self.title, self.everybody = manifest.name, manifest.resources
        self.fates = Reconciliation(manifest, self.resources, facts, fresh=fresh, restart=restart)
        self.changes = self.fates.changes()
        self.leaving = Leaving(self.changes, facts, self.resources, self.fates.relaying)
        self.state = SeededState(self.resources, facts, self.fates.starts)
        self.started = [one for name, one in self.resources.items() if self.starts(name)]
        self.fetched = {step.image: step for step in fetching(self.started, facts)}

    def plan(self) -> Plan:
        """Return the plan: places, removals, images, the relay, then each resource's own steps."""
        steps = [
            *self.open(),
            *self.leaving.steps(),
            *self.fetched.values(),
            *self.relay(),
            *(step for resource in self.resources.values() for step in self.steps(resource)),
        ]
        return Plan(self.title, in_order(steps), self.changes)

    def starts(self, name: str) -> bool:
        """Whether it is started; a task whose work a snapshot holds already is not."""
        return self.fates.starts(name) and name not in self.state.skipped

    def open(self) -> Iterator[Step]:
        """Make a place on each engine that something runs on."""
        there = [one for name, one in self.resources.items() if name not in self.state.skipped]
        for engine, where in WHERE.items():
            names = [one.name for one in there if one.engine == engine and not one.on]
            if names:
                yield Open(engine=engine, cause=f"{listed(names)} run{plural(names)} {where}")
            elif engine == PROCESS and self.fates.relaying:
                yield Open(engine=engine, cause="the relay runs on this host")

    def relay(self) -> Iterator[Step]:
        """Keep the relay, or start it, if a container refers to a process on this host."""
        name, relaying = RELAY.resource, self.fates.relaying
        if relaying and self.fates.kept(name):
            yield from self.keep(RELAY)
        elif relaying:
            yield StartRelay(
                instance=RELAY,
                targets=tuple(map(Instance, relaying.targets)),
                fingerprint=self.fates.relay_fingerprint(),
                cause=relaying.cause,
                after=(f"open {DOCKER}", f"open {PROCESS}", *self.leaving.removed(RELAY)),
            )

    def steps(self, resource: Resource) -> Iterator[Step]:
        """Keep it and ask it once, or start it, wait for it and seed it."""
        if resource.name in self.state.skipped:
            return
        if self.fates.starts(resource.name):
            yield from self.beginning(resource)
            if not self.state.restored(resource):
                yield from self.seeds(resource)
                yield from self.keeping(resource)
        elif self.fates.kept(resource.name):
            yield from self.keep(resource.instance)
            if self.asked(resource):
                yield self.ready(resource)

    def beginning(self, resource: Resource) -> Iterator[Step]:
        """Start it and wait for it; a tenant is only added to its server."""
        if resource.on:
            yield self.add(resource)
            return
        yield self.start(resource)
        yield self.ready(resource)
        yield from self.own(resource)

    def keeping(self, resource: Resource) -> Iterator[Step]:
        """Copy what has been seeded on a server, everything at once."""
        if not resource.on:
            others = tenants(resource.name, self.resources)
            beside = (key for one in others for key in self.seeded(one))
            yield from self.state.keeping(resource, tuple(self.seeded(resource)), tuple(beside))

    def add(self, tenant: Resource) -> AddDatabase:
        """Make its database when its server is ready, whatever that is seeded with."""
        server = self.resources[tenant.server]
        needed = (key for name in tenant.needs for key in self.settled(self.resources[name]))
        return AddDatabase(
            instance=tenant.instance,
            server=server.instance,
            database=tenant.databases[0],
            restored=bool(self.state.restored(tenant)),
            timeout=OWN_SECONDS,
            cause="; ".join([self.reasons[tenant.name], *self.waits(tenant)]),
            after=tuple(dict.fromkeys((f"ready {server.instance}", *needed))),
        )

    def keep(self, instance: Instance) -> Iterator[Step]:
        """Leave it as it stands."""
        for change in self.changes:
            found = self.fates.standing(instance.resource)
            if found and change.instance == instance:
                its = found.seen_as(instance)
                yield Keep(instance=instance, found=its, cause=change.cause)

    def start(self, resource: Resource) -> Start:
        """Return the step that starts it, in place of what stands of it."""
        snapshot = self.state.restored(resource)
        return Start(
            engine=resource.engine,
            instance=resource.instance,
            image=self.image(resource, snapshot),
            program=self.program(resource),
            fingerprint=self.fingerprint(resource),
            ports=self.leaving.old_ports(resource),
            snapshot=snapshot,
            server=str(resource.adopted or ""),
            module=str(resource.module or ""),
            timeout=resource.timeout if resource.module else None,
            cause="; ".join([*self.reason(resource), *self.waits(resource)]),
            after=tuple(dict.fromkeys(self.before_start(resource))),
        )

    def image(self, resource: Resource, snapshot: str) -> str | None:
        """Return the image that it is started from, None for a process on this host."""
        if snapshot and resource.contained:
            return snapshot_image(snapshot)
        return image_name(resource, self.facts)

    def program(self, resource: Resource) -> Program | None:
        """Return what a server of this host runs, or what clients of one that runs already do."""
        has_one = resource.native or resource.adopted
        return self.facts.programs.get(resource.name) if has_one else None

    def reason(self, resource: Resource) -> Iterator[str]:
        """Yield why it takes part, and what is known of its seeded state."""
        yield self.reasons[resource.name]
        if words := locked(resource, self.facts):
            yield words
        yield from self.state.words(resource)

    def fingerprint(self, resource: Resource) -> str:
        """Return what it will be made of; of an image that is fetched first only the name counts.

        Which one that brings is not known beforehand.
        """
        images = {name: id_ for name, id_ in self.facts.images.items() if name not in self.fetched}
        return fingerprint(resource, self.everybody, replace(self.facts, images=images))

    def ready(self, resource: Resource) -> Ready:
        """Return the step that waits for it; whatever is kept has only to answer once."""
        instance, asked = resource.instance, readiness(resource)
        kept = self.fates.kept(resource.name)
        return Ready(
            instance=instance,
            readiness=replace(asked, successes=1) if kept else asked,
            timeout=resource.timeout,
            cause=f"{resource.name} was {'kept' if kept else self.state.past(resource)}",
            after=(f"{'keep' if kept else self.state.verb(resource)} {instance}",),
        )

    def asked(self, resource: Resource) -> bool:
        """Whether what is kept can be asked more than whether it lives, which is known already.

        In a restart something that is not well may be kept: it is no matter of the restart.
        """
        only_alive = isinstance(readiness(resource).probe, Automatic) and not resource.ports
        found = self.fates.kept(resource.name)
        starting = found is not None and found.state.health == "starting"
        return (
            not resource.on
            and (starting or not only_alive)
            and not self.fates.unwell(resource.name)
        )

    def waits(self, resource: Resource) -> list[str]:
        """Return why it waits for others, in words."""
        return [needed.cause for needed in dependencies(resource)]

    def own(self, resource: Resource) -> Iterator[Step]:
        """Make a place for the run alone, where what was given is not to be written to."""
        if place := resource.own_place:
            why = "it has seeds" if resource.seeds else f"isolation: {resource.isolation}"
            yield MakeOwn(
                instance=resource.instance,
                what=place.what,
                timeout=OWN_SECONDS,
                cause=f"{why}, and what was given is not `owned`",
                after=(f"ready {resource.instance}",),
            )

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
                    after=tuple(self.settled(resource, number - 1)),
                )

    def settled(self, resource: Resource, seeds: int | None = None) -> Iterator[str]:
        """Yield the key of the step after which it is ready and has so many seeds.

        None are all, and whatever is done with the seeded state before others may use it.
        """
        if resource.name in self.state.skipped:
            yield from self.settled(self.resources[self.state.skipped[resource.name]])
        elif not self.fates.starts(resource.name):
            yield from self.settled_as_kept(resource)
        elif seeds is None:
            yield from self.state.last(resource) or self.seeded(resource)
        else:
            yield from self.seeded(resource, seeds)

    def seeded(self, resource: Resource, seeds: int | None = None) -> Iterator[str]:
        """Yield the key of the step after which one that is started has so many seeds."""
        number = len(resource.seeds) if seeds is None else seeds
        if number == 0 or self.state.restored(resource):
            last = "add" if resource.on else "own" if resource.own_place else "ready"
            yield f"{last} {resource.instance}"
        elif isinstance(seed := resource.seeds[number - 1], TaskSeed):
            yield f"ready {seed.task}"
        else:
            yield f"seed {resource.instance} {number} {seed}"

    def settled_as_kept(self, resource: Resource) -> Iterator[str]:
        """Yield the key of the last step of what is kept, with all its seeds.

        A task whose end nobody has kept was a part of somebody's seed, and that one stands for it.
        """
        if self.fates.kept(resource.name):
            yield f"{'ready' if self.asked(resource) else 'keep'} {resource.instance}"
            if resource.on:
                yield from self.settled_as_kept(self.resources[resource.on])
        else:
            for owner in self.fates.owners(resource.name):
                yield from self.settled(self.resources[owner])

    def before_start(self, resource: Resource) -> Iterator[str]:
        """Yield the key of each step that its start waits for."""
        yield f"open {resource.engine}"
        yield from self.leaving.removed(resource.instance)
        yield from self.leaving.freed(resource)
        yield from self.image_step(resource)
        seeded = dict(self.seeded_by(resource))
        for keys in seeded.values():
            yield from keys
        for needed in dependencies(resource):
            if needed.name not in seeded:
                yield from self.settled(self.resources[needed.name])
        if resource.name in self.fates.relaying.users:
            yield f"start {RELAY}"

    def image_step(self, resource: Resource) -> Iterator[str]:
        """Yield the key of the step that brings its image, if there is one."""
        if self.state.restored(resource):
            return
        if step := self.fetched.get(image_name(resource, self.facts) or ""):
            yield step.key

    def seeded_by(self, task: Resource) -> Iterator[tuple[str, list[str]]]:
        """Yield each resource whose seed runs this task, with the steps that come before it."""
        for resource in self.resources.values():
            for number, seed in enumerate(resource.seeds):
                if isinstance(seed, TaskSeed) and seed.task == task.name:
                    yield resource.name, list(self.settled(resource, number))


def server_of(manifest: Manifest, name: str) -> str:
    """Return whose instance a resource lives in."""
    return manifest.resources[name].server if name in manifest.resources else name


def asked_for(manifest: Manifest, facts: Facts, restart: Collection[str]) -> dict[str, str]:
    """Return who takes part whatever the profiles, each with the reason.

    What goes through the relay does, because there is one relay for all of them.
    """
    through_relay = (
        name for name in relaying(manifest.resources).users if Instance(name) in facts.standing
    )
    return dict.fromkeys(through_relay, THROUGH_RELAY) | dict.fromkeys(restart, RESTART)


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

"""Decides what becomes of each instance of an environment that is up already, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from orchestrator.manifest.dependencies import seed_tasks
from orchestrator.model.facts import Facts
from orchestrator.model.launch import Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import SEEDING, FunctionSeed, Instance, Resource
from orchestrator.model.step import Change, ChangeKind
from orchestrator.plan.fingerprint import difference, fingerprint, relay_fingerprint
from orchestrator.plan.health import ailment
from orchestrator.plan.images import image_name
from orchestrator.plan.relay import RELAY, Relaying, relaying
from orchestrator.plan.selection import RESTART, needed_by, tenants
from orchestrator.plan.users import users

SAME = "it is up and nothing of it has changed"
NOT_UP = "it is not up yet"
FRESH = "everything is made anew"
NOT_NAMED = "the manifest does not name it any more"
NOT_ASKED = "it is up, and only {} is to be restarted"
NO_SLICE = "it follows nothing any more, and so there are no slices of it"
NO_RELAY = "no container refers to a process on this host any more"


@dataclass
class Reconciliation:
    """What becomes of whom. `resources` are those that take part, `fresh` makes all of them anew.

    With `restart` only these are made anew, with the tasks of their seeds; what else stands stays
    as it is, whatever has changed, and what does not stand is started only if they need it.
    `causes` say why something has to be started: everything that takes part and is not in it is
    kept, or, where it does not stand, not needed.
    """

    manifest: Manifest
    resources: dict[str, Resource]
    facts: Facts
    fresh: bool = False
    restart: Collection[str] = ()
    relaying: Relaying = field(init=False)
    causes: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.relaying = relaying(self.resources)
        self.causes = dict(self.asked_for() if self.restart else self.own_causes())
        self.spread()

    def changes(self) -> tuple[Change, ...]:
        """Return what becomes of each instance, in the manifest's order; nothing for a first up."""
        if not self.facts.standing:
            return ()
        return (*self.relay_change(), *self.resource_changes(), *self.removals())

    def starts(self, name: str) -> bool:
        """Whether it is started, for the first time or anew."""
        return name in self.causes

    def kept(self, name: str) -> Found | None:
        """Return what stands of it, if it stays."""
        return None if self.starts(name) else self.standing(name)

    def standing(self, name: str) -> Found | None:
        """Return what stands of it, if it does."""
        resource = self.resources.get(name)
        return self.facts.standing.get(Instance(resource.server if resource else name))

    def fingerprint(self, name: str) -> str:
        """Return what it would be made of now."""
        return fingerprint(self.resources[name], self.manifest.resources, self.facts)

    def relay_fingerprint(self) -> str:
        """Return what the relay would lead to now."""
        return relay_fingerprint(list(self.relaying.targets), self.resources)

    def unwell(self, name: str) -> str:
        """Return in words what is wrong with what stands of it, empty when nothing is."""
        found = self.standing(name)
        return ailment(found.state, self.resources.get(name)) if found else ""

    # What has to be started for its own sake.

    def own_causes(self) -> Iterator[tuple[str, str]]:
        """Yield whoever cannot stay as it is, the relay included.

        A task of a seed is run when the seed is applied: that it is gone since is no matter.
        """
        if self.relaying:
            yield from self.own_cause(RELAY.resource, self.relay_fingerprint())
        for name, resource in self.resources.items():
            if not resource.on and (self.standing(name) or not self.owners(name)):
                image = image_name(resource, self.facts)
                yield from self.own_cause(name, self.fingerprint(name), image)

    def own_cause(
        self, name: str, wanted: str, image: str | None = None
    ) -> Iterator[tuple[str, str]]:
        """Yield it with the cause, if it cannot stay as it is."""
        found = self.standing(name)
        if not found:
            yield name, NOT_UP
        elif self.fresh:
            yield name, FRESH
        elif cause := self.unwell(name) or difference(found, wanted, image):
            yield name, cause

    def asked_for(self) -> Iterator[tuple[str, str]]:
        """Yield those that are to be restarted, the tasks of their seeds, and what these lack."""
        found = dict.fromkeys(self.restart, RESTART)
        waiting = list(found)
        while waiting:
            name = waiting.pop(0)
            yield name, found[name]
            for other, cause in (*self.own(name), *self.lacking(name)):
                if other not in found:
                    found[other] = cause
                    waiting.append(other)

    def own(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the tasks of its seeds, and what else stands on its server, with why."""
        for tenant in tenants(name, self.resources):
            yield tenant.name, self.because(name, f"{tenant.name} is a database there")
        for task in seed_tasks(self.resources[name]):
            yield task, self.because(name, f"{task} is part of its seed")

    def lacking(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield what it needs and what does not stand, with why it is needed."""
        for needed in needed_by(self.resources[name]):
            there = (needed.name, *self.owners(needed.name))
            if not any(map(self.standing, there)):
                yield needed.name, f"{name} needs it: {needed.cause}"

    # What has to be started because of others.

    def spread(self) -> None:
        """Add whoever has to do with somebody who is started, and who has to do with that."""
        waiting = list(self.causes)
        while waiting:
            name = waiting.pop(0)
            for user, clause in self.affected(name):
                if user not in self.causes:
                    self.causes[user] = self.because(name, clause)
                    waiting.append(user)

    def affected(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield who cannot stay when `name` is started; a restart spares all that it can.

        A container cannot be started beside a relay that stays, because nobody knows any more by
        which ports that one leads to whom.
        """
        through_relay = {RELAY.resource, *self.relaying.users}
        for user, clause in users(name, self.resources, self.relaying):
            if not self.restart or {name, user} <= through_relay:
                yield user, clause

    def because(self, name: str, clause: str) -> str:
        """Return the cause that another's start is."""
        who = "the relay" if name == RELAY.resource else name
        return f"{who} is {'made anew' if self.standing(name) else 'started'}, and {clause}"

    def owners(self, task: str) -> list[str]:
        """Return those whose seed runs this task."""
        return [one.name for one in self.resources.values() if task in seed_tasks(one)]

    # The same as changes.

    def relay_change(self) -> Iterator[Change]:
        """Yield what becomes of the relay."""
        if self.relaying:
            yield from self.change(RELAY.resource)

    def resource_changes(self) -> Iterator[Change]:
        """Yield what becomes of each resource; one that neither stands nor starts is left out."""
        for name in self.resources:
            yield from self.change(name)

    def change(self, name: str) -> Iterator[Change]:
        """Yield what becomes of one."""
        if name in self.causes:
            kind = ChangeKind.ANEW if self.standing(name) else ChangeKind.NEW
            yield Change(Instance(name), kind, self.causes[name])
        elif self.standing(name):
            cause = NOT_ASKED.format(" and ".join(self.restart)) if self.restart else SAME
            yield Change(Instance(name), ChangeKind.KEPT, cause)

    def removals(self) -> Iterator[Change]:
        """Yield what nobody wants any more; what only takes no part now stays untouched."""
        if self.restart:
            return
        for instance in self.facts.standing:
            if instance == RELAY:
                if not self.relaying:
                    yield Change(RELAY, ChangeKind.REMOVED, NO_RELAY)
            elif instance == SEEDING:
                yield from self.end_of_seeding()
            elif instance.resource not in self.manifest.resources:
                yield Change(instance, ChangeKind.REMOVED, NOT_NAMED)
            elif instance.slice:
                yield from self.end_of_slice(instance)

    def end_of_seeding(self) -> Iterator[Change]:
        """Yield that what Python seeds have started goes, when some of them are called again."""
        for name, resource in self.resources.items():
            if self.starts(name) and any(isinstance(one, FunctionSeed) for one in resource.seeds):
                cause = f"{name} is made anew, and its seeds may have started it"
                yield Change(SEEDING, ChangeKind.REMOVED, cause)
                return

    def end_of_slice(self, instance: Instance) -> Iterator[Change]:
        """Yield that an instance goes with its slice, when what that is a slice of is made anew."""
        followed = self.manifest.resources[instance.resource].follows
        gone = next((name for name in (*followed, instance.resource) if self.starts(name)), None)
        if gone or not followed:
            cause = f"{gone} is made anew, and its slices are gone" if gone else NO_SLICE
            yield Change(instance, ChangeKind.REMOVED, cause)

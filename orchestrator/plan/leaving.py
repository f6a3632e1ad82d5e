"""What has to go of an environment that is up, and what that leaves to others: its ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.model.facts import Facts
from orchestrator.model.launch import Found
from orchestrator.model.resource import Instance, Resource
from orchestrator.model.step import Change, ChangeKind, Remove
from orchestrator.plan.relay import Relaying
from orchestrator.plan.users import removal_order


class Leaving:
    """The removals of a plan: of what nobody wants any more, and of what is made anew."""

    def __init__(
        self,
        changes: Sequence[Change],
        facts: Facts,
        resources: Mapping[str, Resource],
        relaying: Relaying,
    ) -> None:
        gone = (ChangeKind.ANEW, ChangeKind.REMOVED)
        self.causes = {one.instance: one.cause for one in changes if one.kind in gone}
        # A tenant goes with its server.
        there = [instance for instance in self.causes if instance in facts.standing]
        self.found = {instance: facts.standing[instance] for instance in there}
        self.resources = resources
        self.relaying = relaying

    def steps(self) -> Iterator[Remove]:
        """Remove each after those that use it."""
        for instance, found in self.found.items():
            users = removal_order(instance.resource, self.resources, self.relaying)
            after = dict.fromkeys(key for user in users for key in self.removed(Instance(user)))
            yield Remove(found=found, cause=self.causes[instance], after=tuple(after))

    def removed(self, instance: Instance) -> Iterator[str]:
        """Yield the key of the step that removes what stands under this name."""
        if found := self.found.get(instance):
            yield key(found)

    def freed(self, resource: Resource) -> Iterator[str]:
        """Yield the key of each step that frees a fixed port of this host that it wants."""
        wanted = {port.host for port in resource.ports if port.host}
        for found in self.found.values():
            if wanted & set(found.ports.values()):
                yield key(found)

    def old_ports(self, resource: Resource) -> dict[int, int]:
        """Return the host ports to be taken again; a fixed one only if it is the same."""
        found = self.found.get(resource.instance)
        old = found.host_ports if found else {}
        return {
            port.number: old[port.number]
            for port in resource.ports
            if port.number in old and port.host in (None, old[port.number])
        }


def key(found: Found) -> str:
    """Return the key of the step that removes this."""
    return Remove(found=found, cause="").key

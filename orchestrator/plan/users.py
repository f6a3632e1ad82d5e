"""Who has to be made anew with a resource, because it was told or given something by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.manifest.dependencies import dependencies, seed_tasks
from orchestrator.model.resource import Resource
from orchestrator.model.template import SELF, View
from orchestrator.plan.relay import RELAY, Relaying
from orchestrator.plan.selection import tenants

Resources = Mapping[str, Resource]


def users(name: str, resources: Resources, relaying: Relaying) -> Iterator[tuple[str, str]]:
    """Yield each, the relay included, with a clause that says what it has to do with `name`."""
    yield from relayed(name, relaying)
    if name == RELAY.resource:
        return
    for task in seed_tasks(resources[name]):
        yield task, f"{task} is part of its seed"
    for tenant in tenants(name, resources):
        yield tenant.name, f"{tenant.name} is a database there"
    for other in resources.values():
        waits = next((each for each in dependencies(other) if each.name == name), None)
        if name in seed_tasks(other):
            yield other.name, f"it is part of the seed of {other.name}"
        elif waits:
            needs = waits.cause == f"needs {name}"
            yield other.name, f"{other.name} {'needs' if needs else 'refers to'} it"
        elif sees_host_port(other, name):
            yield other.name, f"{other.name} was told its port on this host"


def relayed(name: str, relaying: Relaying) -> Iterator[tuple[str, str]]:
    """Yield who stands on the relay's other side."""
    if name == RELAY.resource:
        for user in relaying.users:
            yield user, f"{user} goes through it"
    elif name in relaying.users:
        yield RELAY.resource, "it goes through the relay"
    elif name in relaying.targets:
        yield RELAY.resource, "the relay leads to it"


def sees_host_port(asker: Resource, name: str) -> bool:
    """Whether it refers, without waiting, to an address of `name` that another start may change.

    A container sees another by its name, which stays; a process on this host, or whoever asks for
    the view from outside, sees the port of this host that was chosen for it.
    """
    return any(
        reference.lazy
        and reference.resource == name != SELF
        and (reference.view is View.OUTSIDE or (not asker.contained and reference.view is None))
        for _, template in asker.templates()
        for reference in template.references
    )


def removal_order(name: str, resources: Resources, relaying: Relaying) -> Iterator[str]:
    """Yield whoever has to go before `name` does: its users, without those that form a circle."""
    if name == RELAY.resource:
        yield from relaying.users
        return
    if name not in resources:
        return
    yield from seed_tasks(resources[name])
    for tenant in tenants(name, resources):
        yield from removal_order(tenant.name, resources, relaying)
    for other in resources.values():
        tasks = seed_tasks(other)
        if name not in tasks and any(needed.name == name for needed in dependencies(other)):
            yield other.name

"""How one asker reaches one port of one resource: the one place that knows addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.model.resource import ADOPTED, Instance, Resource
from orchestrator.model.template import View

LOCAL = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """A host and a port, as one asker sees them."""

    host: str
    port: int


@dataclass(frozen=True)
class Directory:
    """Where everything of a run is.

    `hosts` gives for each engine the host on which its published ports are reached from the tests'
    side; `ports` leads from an instance's own port to the host's, `relayed` from a process's own
    port to the one by which the relay leads containers to it. `slices` is for the view of a slice:
    the slice in which a resource has an instance of its own there. `folders` gives for each engine
    the folder in which this run's servers have theirs, where it has such. `joined` gives for each
    engine in whose network the tests' side is itself the name under which this run is known there.
    """

    resources: Mapping[str, Resource]
    hosts: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[tuple[Instance, int], int] = field(default_factory=dict)
    relayed: Mapping[tuple[Instance, int], int] = field(default_factory=dict)
    slices: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)

    def folder(self, instance: Instance) -> str:
        """Return the own folder of a server of this host, or of the clients of what runs already.

        Empty for all else.
        """
        resource = self.of(instance)
        has_one = resource.native or resource.engine == ADOPTED
        home = self.home(instance)
        return f"{self.folders.get(resource.engine, '')}/{home}" if has_one else ""

    def home(self, instance: Instance) -> Instance:
        """Return the instance that it lives in: itself, or the server that it stands on."""
        resource = self.of(instance)
        return Instance(resource.server, instance.slice) if resource.on else instance

    def instance(self, name: str) -> Instance:
        """Return the instance that a resource's name means here."""
        return Instance(name, self.slices.get(name))

    def of(self, instance: Instance) -> Resource:
        """Return the resource that it is an instance of."""
        return self.resources[instance.resource]


def route(
    asker: Instance | None,
    target: Instance,
    port: int,
    directory: Directory,
    view: View | None = None,
) -> Address:
    """Return the address at which `asker` (None: the tests) reaches this port of `target`.

    A container reaches a container by its name on the run's network, and a process on this host by
    the same kind of name, which leads to the relay. All others come from outside, through the
    published port; or in the run's network, where the tests' side is itself, by a name that no
    other run has. What runs already on another host is at the same place for everybody. `view`
    forces one side.
    """
    target = directory.home(target)
    outside = directory.ports.get((target, port), port)
    given = directory.of(target).adopted
    inside = (view or view_of(asker, directory)) is View.INSIDE
    if given and not (inside and given.is_here):
        return Address(given.host, port)
    if inside:
        relayed = directory.relayed.get((target, port), outside)
        return Address(target.alias, inside_port(target, port, directory) or relayed)
    if run := directory.joined.get(directory.of(target).engine):
        return Address(f"{target.alias}.{run}", port)
    return Address(directory.hosts.get(directory.of(target).engine, LOCAL), outside)


def inside_port(target: Instance, port: int, directory: Directory) -> int | None:
    """Return the number by which containers reach a container's port, None for a process."""
    resource = directory.of(target)
    if not resource.contained:
        return None
    found = resource.port(str(port))
    return found.inside if found and found.inside else port


def view_of(asker: Instance | None, directory: Directory) -> View:
    """Return the side from which it looks: containers from the inside, all others from outside."""
    contained = asker is not None and directory.of(asker).contained
    return View.INSIDE if contained else View.OUTSIDE

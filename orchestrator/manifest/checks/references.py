"""References: each must lead to something that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.manifest.checks.names import Names
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Value, scalars
from orchestrator.manifest.sections import ENTRIES
from orchestrator.manifest.words import did_you_mean, listed, quoted
from orchestrator.model.resource import Resource
from orchestrator.model.template import SELF, Reference, View

_ADDRESS = ("url", "host", "port")


@dataclass(frozen=True)
class Use:
    """A reference where it stands; `owner` is the entry's name, None for the tests."""

    owner: str | None
    path: Path
    reference: Reference


def uses(root: Value, mistakes: Mistakes) -> Iterator[Use]:
    """Every reference in a value that is not known to be wrong, in the order of the text."""
    for scalar in scalars(root):
        if scalar.template.references and not mistakes.spoilt(scalar.path):
            owner = str(scalar.path[1]) if scalar.path[0] in ENTRIES else None
            for reference in scalar.template.references:
                yield Use(owner, scalar.path, reference)


@dataclass(frozen=True)
class References:
    """Judges references against what is there; `resources` lacks those that nobody understood."""

    names: Names
    resources: Mapping[str, Resource]
    mistakes: Mistakes

    def check(self, found: Iterator[Use] | list[Use]) -> None:
        """Tell every reference that leads nowhere."""
        for use in found:
            message = self._owner(use) or self._target(use)
            if message:
                self.mistakes.note(use.path, message)

    def _owner(self, use: Use) -> str:
        name, reference = use.reference.resource, use.reference
        if use.owner is None and name == SELF:
            return f'{reference} means nothing here; "self" is for resources, so name one'
        if use.owner == name:
            rest = str(reference).partition(".")[2]
            return f"{reference} refers to its own resource; write ${{self.{rest}"
        return ""

    def _target(self, use: Use) -> str:
        name = use.owner if use.reference.resource == SELF else use.reference.resource
        section = self.names.section(name or "")
        if section is None:
            known = self.names.sections
            return f"no resource is called {quoted(name or '')}{did_you_mean(name or '', known)}"
        resource = self.resources.get(name or "")
        if resource is None or not section or (resource.module and not resource.technology):
            # Nobody has understood it, or nobody has asked it what it will have.
            return ""
        if section == "tasks" and use.reference.resource != SELF:
            return f'{name} is a task and has no address; name it in "needs" to wait for it'
        return self._address(use.reference, resource)

    def _address(self, reference: Reference, resource: Resource) -> str:
        fields = _fields(resource)
        if reference.field not in fields:
            near = did_you_mean(reference.field, fields, f"it has {listed(fields)}")
            return f"{resource.name} has no field {quoted(reference.field)}{near}"
        if reference.lazy and resource.own_place and resource.own_place.named_by_server:
            return (
                f'{reference} cannot be "lazy": which database of {resource.name} is the run\'s is '
                "known only when it has been claimed; leave the word out"
            )
        if self._ports_doubtful(resource):
            return ""
        if not resource.ports:
            return (
                f"{resource.name} has no ports, and so no {reference.field}; "
                'give it "ports", or name it in "needs" to wait for it'
            )
        return _port(reference, resource)

    def _ports_doubtful(self, resource: Resource) -> bool:
        path = (resource.section, resource.name)
        return self.mistakes.incomplete(path) or self.mistakes.near((*path, "ports"))


def _fields(resource: Resource) -> tuple[str, ...]:
    more = resource.technology.field_names if resource.technology else ()
    return (*_ADDRESS, *more)


def _port(reference: Reference, resource: Resource) -> str:
    if reference.port is None or resource.port(reference.port):
        return ""
    names = [port.name or str(port.number) for port in resource.ports]
    near = did_you_mean(reference.port, [*names, *View], f"it has {listed(names)}")
    return f"{resource.name} has no port {quoted(reference.port)}{near}"

"""What is known of an instance, without its log."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.addressing.resolve import answer, fields
from orchestrator.addressing.route import Directory
from orchestrator.artifacts.record import ResourceRecord
from orchestrator.model.launch import Found, State
from orchestrator.model.resource import Instance, Resource
from orchestrator.model.template import SELF, Reference


def described(instance: Instance, resource: Resource, state: State) -> ResourceRecord:
    """Return a record of an instance without its log and its place."""
    technology = resource.technology
    use = f"{technology.name}:{resource.version}" if technology and resource.version else ""
    return ResourceRecord(
        name=str(instance),
        resource=resource.name,
        section=resource.section,
        use=use or (technology.name if technology else ""),
        status=state.status,
        health=state.health,
        state=str(state),
        exit_code=state.exit_code,
        out_of_memory=state.out_of_memory,
    )


def address(found: Found, directory: Directory | None) -> str:
    """Return the address of an instance as the tests see it, empty where it has none."""
    instance = found.instance
    if directory is None or instance is None or instance.resource not in directory.resources:
        return ""
    if "url" not in fields(directory.of(instance)):
        return ""
    ports = {(instance, own): host for own, host in found.host_ports.items()}
    slices = {instance.resource: instance.slice} if instance.slice else {}
    seen = replace(directory, ports={**directory.ports, **ports}, slices=slices)
    return answer(Reference(SELF, "url"), None, seen, of=instance)

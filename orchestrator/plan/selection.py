"""Which resources of a manifest take part."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from orchestrator.manifest.dependencies import Dependency, dependencies, seed_tasks, templates
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource
from orchestrator.model.template import SELF, Template

RESTART = "greenroom restart asked for it"


def taking_part(
    manifest: Manifest,
    profiles: Collection[str] = (),
    asked: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return the name of each resource that takes part, with the reason, in the manifest's order.

    Those without profiles and those of an active one do, and those that are `asked` for with a
    reason; and whatever these, or the tests, need.
    """
    chosen = {**asked, **dict(declared(manifest, profiles))}
    for needed in needed_by_tests(manifest):
        chosen.setdefault(needed.name, needed.cause)
    waiting = list(chosen)
    while waiting:
        name = waiting.pop(0)
        for tenant in tenants(name, manifest.resources):
            if tenant.name not in chosen:
                chosen[tenant.name] = f"it is a database on the server of {name}"
                waiting.append(tenant.name)
        for needed in needed_by(manifest.resources[name]):
            if needed.name not in chosen:
                chosen[needed.name] = f"{name} needs it: {needed.cause}"
                waiting.append(needed.name)
    return {name: chosen[name] for name in manifest.resources if name in chosen}


def declared(manifest: Manifest, profiles: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield those that take part by themselves; a task of somebody's seed belongs to that seed."""
    tasks = {task for one in manifest.resources.values() for task in seed_tasks(one)}
    for name, resource in manifest.resources.items():
        if name in tasks:
            continue
        if not resource.profiles:
            yield name, f"declared in {resource.section}"
        elif active := sorted(set(resource.profiles) & set(profiles)):
            yield name, f"declared in {resource.section}, profile {active[0]} is active"


def needed_by(resource: Resource) -> list[Dependency]:
    """Return what must take part with it: dependencies, lazy references, and tasks of its seeds."""
    found = list(dependencies(resource))
    found += [
        Dependency(reference.resource, f"{place} refers to {reference}")
        for place, template in templates(resource)
        for reference in template.references
        if reference.lazy
    ]
    found += [Dependency(task, "its seed runs it") for task in seed_tasks(resource)]
    found += [Dependency(resource.on, "it is a database there")] if resource.on else []
    return found


def tenants(name: str, resources: Mapping[str, Resource]) -> list[Resource]:
    """Return those that stand on the server of this name."""
    return [one for one in resources.values() if one.on == name]


def needed_by_tests(manifest: Manifest) -> list[Dependency]:
    """Return what the tests' command and environment refer to."""
    texts: list[Template] = [*(manifest.tests.command or ()), *manifest.tests.env.values()]
    return [
        Dependency(reference.resource, f"the tests refer to {reference}")
        for template in texts
        for reference in template.references
        if reference.resource != SELF
    ]

"""Who waits for whom, and why: the planner makes steps of it, the checks look for circles in it."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.probe import Dialogue, Exec, Http
from orchestrator.model.resource import Resource, TaskSeed
from orchestrator.model.template import SELF, Reference, Template


@dataclass(frozen=True)
class Dependency:
    """Another resource to wait for, and the cause in words: `env API_URL refers to api.url`."""

    name: str
    cause: str


def dependencies(resource: Resource) -> tuple[Dependency, ...]:
    """The resources that must be ready and seeded first, each once, with the first cause.

    The tasks in its own seeds are none: only its being seeded waits for those (`seed_tasks`).
    """
    found: dict[str, Dependency] = {}
    for place, template in templates(resource):
        for reference in template.references:
            if not reference.lazy and reference.resource not in (SELF, resource.name):
                cause = f"{place} refers to {_dotted(reference)}"
                found.setdefault(reference.resource, Dependency(reference.resource, cause))
    for name in resource.needs:
        found.setdefault(name, Dependency(name, f"needs {name}"))
    return tuple(found.values())


def seed_tasks(resource: Resource) -> tuple[str, ...]:
    """The tasks that are part of its seeding, in their order.

    Such a task waits only for this resource's readiness and its earlier seeds, even where it refers
    to this resource.
    """
    return tuple(seed.task for seed in resource.seeds if isinstance(seed, TaskSeed))


def templates(resource: Resource) -> tuple[tuple[str, Template], ...]:
    """Every text that may refer to others, its probe's included, with words for the place."""
    probe = resource.readiness.probe
    asked: list[tuple[str, Template]] = []
    if isinstance(probe, Http):
        asked = [(f"ready header {name}", template) for name, template in probe.headers.items()]
    elif isinstance(probe, Dialogue):
        asked = [("ready send", probe.send)]
    elif isinstance(probe, Exec):
        asked = [("ready exec", word) for word in probe.argv]
    return (*resource.templates(), *asked)


def _dotted(reference: Reference) -> str:
    return str(reference).removeprefix("${").removesuffix("}")

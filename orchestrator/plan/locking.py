"""What a lock file has to say about a plan, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestrator.model.facts import Facts
from orchestrator.model.lock import locked_name
from orchestrator.model.resource import DOCKER, Resource
from orchestrator.model.step import Plan, Start
from orchestrator.plan.images import is_id
from orchestrator.plan.words import listed


def lockable(resources: Iterable[Resource]) -> dict[str, list[str]]:
    """Return the names that a lock has to know, each with the resources that run it.

    What is built is none of it, nor what is named by its digest already.
    """
    found: dict[str, list[str]] = {}
    for one in resources:
        if one.engine == DOCKER and one.image and not one.build and (key := locked_name(one.image)):
            found.setdefault(key, []).append(one.name)
    return found


def unlocked(resources: Iterable[Resource], facts: Facts) -> dict[str, str]:
    """Return the images that the lock does not name, each with its users; none without a lock."""
    if facts.lock is None:
        return {}
    known = facts.lock.names
    return {key: listed(names) for key, names in lockable(resources).items() if key not in known}


def locked(resource: Resource, facts: Facts) -> str:
    """Return in words that a lock says which image a resource runs, empty where none does."""
    if facts.lock is None or not lockable([resource]):
        return ""
    key = locked_name(resource.image or "")
    if key in facts.lock.ids:
        return f"its image {key} is locked by {facts.lock.path}, to an id"
    return f"its image is locked by {facts.lock.path}"


def gone(plan: Plan, resources: Mapping[str, Resource], facts: Facts) -> dict[str, str]:
    """Return the images that are locked to an id that the engine does not have, with their users.

    No registry can be asked for those.
    """
    found: dict[str, list[str]] = {}
    for step in plan.steps:
        if isinstance(step, Start) and is_id(step.image or "") and DOCKER in facts.engines:
            name = locked_name(resources[step.instance.resource].image or "")
            if step.image not in facts.images:
                found.setdefault(name, []).append(step.instance.resource)
    return {image: listed(names) for image, names in found.items()}

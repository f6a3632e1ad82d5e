"""Which seeded state can be kept, under which key, and why other state cannot.

The key is a digest of all that goes in: the image's id, the technology, the settings, and the bytes
of each seed in its order. Whatever is not known for sure is an obstacle, because a snapshot that
looks right and is not would cost its user a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from orchestrator.manifest.dependencies import seed_tasks, templates
from orchestrator.model.facts import Facts
from orchestrator.model.native import Native
from orchestrator.model.resource import (
    FileSeed,
    FunctionSeed,
    Resource,
    ScriptSeed,
    Seed,
    TaskSeed,
)
from orchestrator.model.snapshot import code_of
from orchestrator.model.template import SELF
from orchestrator.plan.fingerprint import digest, file, parts, program, template
from orchestrator.plan.images import image_name
from orchestrator.plan.selection import tenants

Resources = Mapping[str, Resource]

VOLUMES = ("Binds", "Mounts", "VolumesFrom", "Tmpfs")
"""Settings of Docker's HostConfig by which data may lie where no copy of the container has it."""


def keys(resources: Resources, facts: Facts) -> dict[str, str]:
    """Return the key of each resource whose seeded state can be kept."""
    if not facts.keeps_snapshots:
        return {}
    own = {
        name: key(one, resources, facts)
        for name, one in resources.items()
        if one.technology
        and one.technology.snapshotting
        and not one.adopted
        and not one.on
        and not next(obstacles(one, resources, facts), None)
    }
    # What stands on a server is in its snapshot.
    return own | {name: own[one.on] for name, one in resources.items() if one.on in own}


def key(resource: Resource, resources: Resources, facts: Facts) -> str:
    """Return the key of a resource's seeded state: twelve hexadecimal digits."""
    technology = resource.technology
    assert technology is not None
    assert technology.snapshotting is not None
    return digest(
        {
            "form": technology.snapshotting.form,
            "technology": technology.name,
            "image": facts.images.get(image_name(resource, facts) or ""),
            **({"program": program(resource, facts)} if resource.native else {}),
            "platform": resource.platform,
            "command": resource.command and [template(word) for word in resource.command],
            "entrypoint": resource.entrypoint and [template(word) for word in resource.entrypoint],
            "env": {name: template(value) for name, value in resource.env.items()},
            "access": [resource.user, resource.password, resource.databases],
            "files": [file(each, facts) for each in resource.files],
            "sliced": resource.sliced,
            "seeds": [seed(each, resources, facts) for each in resource.seeds],
            **beside(resource, resources, facts),
        }
    )


def beside(resource: Resource, resources: Resources, facts: Facts) -> dict[str, Any]:
    """Return what decides the state of the other databases on its server, if there are any."""
    return {
        f"on it: {one.name}": [
            one.databases,
            [seed(each, resources, facts) for each in one.seeds],
        ]
        for one in tenants(resource.name, resources)
    }


def seed(each: Seed, resources: Resources, facts: Facts) -> list[Any]:
    """Return all that decides what a seed puts in."""
    match each:
        case FileSeed(path=path) | ScriptSeed(path=path):
            return [str(each), facts.digests[path]]
        case FunctionSeed(path=path):
            return [str(each), facts.digests[code_of(path)]]
        case TaskSeed(task=name):
            task = resources[name]
            image = facts.images.get(image_name(task, facts) or "")
            code = None if task.contained else facts.digests[code_of(task.workdir or "")]
            return [str(each), parts(task, resources, facts), image, code]
        case _:
            return [str(each)]


def obstacles(resource: Resource, resources: Resources, facts: Facts) -> Iterator[str]:
    """Yield in words why the seeded state of a resource cannot be kept."""
    config = resource.options.get("HostConfig")
    if isinstance(config, Mapping) and any(config.get(name) for name in VOLUMES):
        yield "its data may lie in a volume of its own"
    if resource.native:
        yield from program_obstacles(resource, resource.native, facts)
    elif image_name(resource, facts) not in facts.images:
        yield "its image is not here yet"
    elif resource.pull == "always" and not resource.build:
        yield "its image is always pulled, so that nobody knows which it will be"
    for one in (resource, *tenants(resource.name, resources)):
        for each in one.seeds:
            yield from seed_obstacles(each, one, resources, facts)
        if one.on and one.needs:
            yield f"{one.name}, which is a database there, needs {one.needs[0]}"


def program_obstacles(resource: Resource, native: Native, facts: Facts) -> Iterator[str]:
    """Yield in words why the data of a server of this host cannot be copied."""
    if resource.name not in facts.programs:
        yield "nobody has looked for its program yet"
    elif native.backup in facts.programs[resource.name].lacks:
        yield f"there is no {native.backup} on this host"


def seed_obstacles(
    each: Seed, resource: Resource, resources: Resources, facts: Facts
) -> Iterator[str]:
    """Yield in words why nobody can tell what a seed puts in, or where."""
    match each:
        case FileSeed(path=path) | ScriptSeed(path=path) if path not in facts.digests:
            yield f"{each} cannot be read"
        case FunctionSeed(path=path) if code_of(path) not in facts.digests:
            yield f"nobody knows all the code of {each}"
        case TaskSeed(task=name):
            yield from task_obstacles(resources[name], resource, facts)


def task_obstacles(task: Resource, resource: Resource, facts: Facts) -> Iterator[str]:
    """Yield in words why a task has to be run each time."""
    if task.contained and not task.build:
        if image_name(task, facts) not in facts.images:
            yield f"the image of {task.name} is not here yet"
        elif task.pull == "always":
            yield f"the image of {task.name} is always pulled"
    if not task.contained and code_of(task.workdir or "") not in facts.digests:
        yield f"nobody knows all the code of {task.name}, a command on this host"
    for place, text in templates(task):
        for reference in text.references:
            if reference.resource not in (SELF, resource.name):
                yield f"{place} of {task.name} refers to {reference.resource} besides"
    for name in task.needs:
        if name != resource.name:
            yield f"{task.name} needs {name} besides"


def skipped(restored: Collection[str], resources: Resources) -> dict[str, str]:
    """Return the tasks that need not run, each with whose restored state holds what they did."""
    found: dict[str, str] = {}
    for name in sorted(restored):
        for task in seed_tasks(resources[name]):
            users = [other.name for other in resources.values() if task in seed_tasks(other)]
            if all(user in restored for user in users):
                found[task] = name
    return found

"""Which images a manifest needs, and who needs each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from orchestrator.engines.docker.buildkit import dockerfile
from orchestrator.errors import BuildFailed
from orchestrator.images.dockerfile import bases
from orchestrator.manifest.building.image import is_image_name
from orchestrator.model.facts import Facts
from orchestrator.model.image import ImageName
from orchestrator.model.resource import DOCKER, Resource
from orchestrator.plan.images import asked_name
from orchestrator.plan.locking import lockable


@dataclass(frozen=True)
class Needed:
    """An image that is not built.

    `name` is as the manifest means it, `asked` as the engine is asked for it: with the user's
    mirror before it, and with the digest that a lock has. `users` run it; a `base` is what builds
    of its users begin with, and never comes from a mirror. Where it is to be pulled `never`, all of
    them have said so. `unlocked` tells that there is a lock, and that it does not name it.
    """

    name: str
    asked: str
    users: tuple[str, ...]
    platform: str | None = None
    base: bool = False
    never: bool = False
    unlocked: bool = False


def needed(resources: Iterable[Resource], facts: Facts) -> list[Needed]:
    """Return the images that containers of these run, then those that builds begin with.

    Raises BuildFailed when a Dockerfile cannot be read.
    """
    found: dict[tuple[str, bool], Needed] = {}
    for one in sorted(_each(resources, facts), key=lambda one: one.base):
        key = (one.asked, one.base)
        known = found.get(key)
        found[key] = both(known, one) if known else one
    return list(found.values())


def both(known: Needed, other: Needed) -> Needed:
    """Return the same image with the users of both; one that lets it be pulled is enough."""
    return replace(
        known,
        users=tuple(dict.fromkeys((*known.users, *other.users))),
        never=known.never and other.never,
    )


def _each(resources: Iterable[Resource], facts: Facts) -> Iterator[Needed]:
    for one in resources:
        if one.engine != DOCKER:
            continue
        if one.build:
            yield from _bases(one)
        elif one.image:
            keys = lockable([one])
            yield Needed(
                name=ImageName.of(one.image).full,
                asked=asked_name(one.image, facts),
                users=(one.name,),
                platform=one.platform,
                never=one.pull == "never",
                unlocked=facts.lock is not None and not keys.keys() <= facts.lock.names,
            )


def _bases(resource: Resource) -> Iterator[Needed]:
    build = resource.build
    assert build is not None
    try:
        text = dockerfile(build)
    except OSError as error:
        raise BuildFailed(
            f"cannot see what {resource.name} is built from: {build.dockerfile} in "
            f"{build.context} cannot be read: {error.strerror}"
        ) from error
    for name in bases(text, build.args, build.target):
        # What is no name at all the builder will tell.
        if is_image_name(name):
            full = ImageName.of(name).full
            yield Needed(full, name, (resource.name,), build.platform, base=True)

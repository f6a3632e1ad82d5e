"""The steps that fetch or make images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from orchestrator.model.facts import Facts
from orchestrator.model.resource import DOCKER, Resource
from orchestrator.model.step import BuildImage, Plan, Pull, Start
from orchestrator.plan.images import built_from_known, image_name, is_id
from orchestrator.plan.words import listed, plural


def fetching(resources: Iterable[Resource], facts: Facts) -> Iterator[Pull | BuildImage]:
    """Fetch or make each image once, however many of these resources run it."""
    users: dict[str, list[Resource]] = {}
    for resource in resources:
        image = image_name(resource, facts)
        if image:
            users.setdefault(image, []).append(resource)
    for image, ones in users.items():
        yield from (built if ones[0].build else pulled)(image, ones, facts)


def built(image: str, resources: list[Resource], facts: Facts) -> Iterator[BuildImage]:
    """Make an image, unless one is there that was made from the same files."""
    first, names = resources[0], [resource.name for resource in resources]
    assert first.build is not None
    known = built_from_known(first.build, facts)
    if known and image in facts.images:
        return
    cause = f"{listed(names)} {'is' if len(names) == 1 else 'are'} built from a Dockerfile"
    if known:
        cause += ", and nothing was built from these files yet"
    yield BuildImage(
        engine=DOCKER, image=image, build=first.build, resource=first.name, cause=cause
    )


def pulled(image: str, resources: list[Resource], facts: Facts) -> Iterator[Pull]:
    """Fetch an image, unless it is there and nobody asked for a newer one."""
    names, platform = [resource.name for resource in resources], resources[0].platform
    if is_id(image):
        return
    if always := [resource.name for resource in resources if resource.pull == "always"]:
        cause = f"{listed(always)} asked for `pull: always`"
    elif image not in facts.images and any(one.pull != "never" for one in resources):
        known = DOCKER in facts.engines
        why = "it is not present" if known else "nothing is known of the engine"
        cause = f"{listed(names)} need{plural(names)} it, and {why}"
    else:
        return
    present = image in facts.images
    yield Pull(engine=DOCKER, image=image, platform=platform, present=present, cause=cause)


def never_pulled(plan: Plan, resources: Mapping[str, Resource], facts: Facts) -> dict[str, str]:
    """Return the images that are not there and that nobody lets be pulled, each with its users."""
    if DOCKER not in facts.engines:
        return {}
    brought = {step.image for step in plan.steps if isinstance(step, Pull | BuildImage)}
    users: dict[str, list[str]] = {}
    for step in plan.steps:
        if isinstance(step, Start) and step.image and not step.snapshot:
            resource = resources[step.instance.resource]
            if is_id(step.image):
                continue
            if resource.pull == "never" and step.image not in {*facts.images, *brought}:
                users.setdefault(step.image, []).append(resource.name)
    return {image: listed(names) for image, names in users.items()}

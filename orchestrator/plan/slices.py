"""Who is sliced together with whom, and the plan that starts a slice's own instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.manifest.dependencies import dependencies
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Instance, Resource, TaskSeed
from orchestrator.model.step import ApplySeed, Plan, Ready, Start, Step
from orchestrator.plan.up import SEED_TIMEOUT, in_order, readiness


@dataclass(frozen=True)
class Group:
    """What one slice is made of: parts of sliced resources, and instances that follow them."""

    sliced: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sliced or self.followers)


def group(manifest: Manifest, present: Iterator[str] | list[str], *isolations: str) -> Group:
    """Return what of those that are there is sliced for whoever has one of these isolations.

    Who follows several belongs to the slice that is made last, and sees the others' from there.
    """
    there = [manifest.resources[name] for name in present]
    sliced = tuple(one.name for one in there if one.sliced and one.isolation in isolations)
    return Group(sliced, followers_of(there, set(sliced)))


def followers_of(resources: list[Resource], names: set[str]) -> tuple[str, ...]:
    """Return those that follow one of these."""
    return tuple(one.name for one in resources if names & set(one.follows))


def without(group: Group, other: Group) -> Group:
    """Return a group without the instances that belong to another."""
    return Group(
        group.sliced, tuple(name for name in group.followers if name not in other.followers)
    )


def plan_followers(
    manifest: Manifest, names: tuple[str, ...], slice_: str, images: Mapping[str, str]
) -> Plan:
    """Return the steps that start one more instance of each of these, in this slice.

    `images` are what the instances in no slice run. Only each other is waited for: all else is up.
    """
    steps = [
        step
        for name in names
        for step in steps_of(manifest.resources[name], names, slice_, images.get(name))
    ]
    return Plan(f"{manifest.name} {slice_}", in_order(steps))


def steps_of(
    resource: Resource, names: tuple[str, ...], slice_: str, image: str | None
) -> Iterator[Step]:
    """Yield what starts one instance, waits for it, and seeds it."""
    instance = Instance(resource.name, slice_)
    followed = " and ".join(resource.follows)
    others = (needed.name for needed in dependencies(resource) if needed.name in names)
    yield Start(
        engine=resource.engine,
        instance=instance,
        image=image if resource.contained else None,
        cause=f"it follows {followed}",
        after=tuple(f"ready {Instance(name, slice_)}" for name in others),
    )
    yield Ready(
        instance=instance,
        readiness=readiness(resource),
        timeout=resource.timeout,
        cause=f"{instance} was started",
        after=(f"start {instance}",),
    )
    after = f"ready {instance}"
    for number, seed in enumerate(resource.seeds, 1):
        assert not isinstance(seed, TaskSeed), "the manifest's checks have seen to it"
        step = ApplySeed(
            instance=instance,
            number=number,
            seed=seed,
            timeout=SEED_TIMEOUT,
            cause=f"{resource.section}.{resource.name}.seed",
            after=(after,),
        )
        yield step
        after = step.key

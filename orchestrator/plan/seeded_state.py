"""What is done with seeded state: restored instead of made, copied for slices, kept for later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from orchestrator.manifest.dependencies import seed_tasks
from orchestrator.model.facts import Facts
from orchestrator.model.resource import Resource
from orchestrator.model.step import MakeTemplate, StoreSnapshot, TakeSnapshot
from orchestrator.plan.images import image_name
from orchestrator.plan.snapshots import keys, obstacles, skipped

TEMPLATE_SECONDS = 120.0
SNAPSHOT_SECONDS = 600.0


class SeededState:
    """The part of a planning that knows which of its resources are restored, and which kept.

    `skipped` are tasks whose work a snapshot holds, each with whose snapshot that is.
    """

    def __init__(
        self, resources: Mapping[str, Resource], facts: Facts, starts: Callable[[str], bool]
    ) -> None:
        self.resources = resources
        self.facts = facts
        self.keys = {name: key for name, key in keys(resources, facts).items() if starts(name)}
        self.there = {name for name, key in self.keys.items() if key in facts.snapshots}
        self.missing = {name: key for name, key in self.keys.items() if name not in self.there}
        self.skipped = skipped(self.there, resources)
        # A task that has to run for another's sake would do its work here a second time.
        while again := {name for name in self.there if self.has_to_run(name)}:
            self.there -= again
            self.skipped = skipped(self.there, resources)

    def has_to_run(self, name: str) -> bool:
        """Whether a task of a seed on its server has to run, for whosever sake."""
        server = self.resources[name].server
        seeds = [one for one in self.resources.values() if one.server == server]
        return any(task not in self.skipped for one in seeds for task in seed_tasks(one))

    def restored(self, resource: Resource) -> str:
        """Return the key of the snapshot that it is started from, empty when it is seeded."""
        return self.keys[resource.name] if resource.name in self.there else ""

    def verb(self, resource: Resource) -> str:
        """Return what its start is called."""
        if resource.adopted:
            return "adopt"
        return "restore" if self.restored(resource) else "start"

    def past(self, resource: Resource) -> str:
        """Return what has become of it then."""
        return "adopted" if resource.adopted else "started"

    def words(self, resource: Resource) -> Iterator[str]:
        """Yield what its start's cause says of snapshots, if there is anything to say."""
        if key := self.restored(resource):
            what = "image" if resource.contained else "program"
            yield f"snapshot {key} is of the same {what}, settings and seeds"
        elif self.facts.keeps_snapshots and can_be_kept(resource):
            for words in obstacles(resource, self.resources, self.facts):
                yield f"there can be no snapshot, because {words}"
                return

    def keeping(
        self, resource: Resource, after: tuple[str, ...], beside: tuple[str, ...]
    ) -> Iterator[Step]:
        """Yield the steps that copy what has been seeded, before anybody else may use it.

        `beside` are the steps after which what else stands on its server is seeded.
        """
        instance = resource.instance
        if resource.sliced:
            yield MakeTemplate(
                instance=instance,
                timeout=TEMPLATE_SECONDS,
                cause=f"isolation: {resource.isolation}, and slices are copies of it",
                after=after,
            )
            after = (f"template {instance}",)
        if key := self.missing.get(resource.name):
            yield TakeSnapshot(
                instance=instance,
                snapshot=key,
                timeout=SNAPSHOT_SECONDS,
                cause=f"no snapshot {key} is there yet",
                after=(*after, *beside),
            )
            yield StoreSnapshot(
                instance=instance,
                snapshot=key,
                image=image_name(resource, self.facts),
                timeout=SNAPSHOT_SECONDS,
                cause="later runs start from it",
                after=(f"snapshot {instance}",),
            )

    def last(self, resource: Resource) -> list[str]:
        """Return the key of the last of these steps that others wait for, if there is one."""
        if self.restored(resource):
            return []
        if resource.name in self.missing:
            return [f"snapshot {resource.server}"]
        return [f"template {resource.instance}"] if resource.sliced else []


Step = MakeTemplate | TakeSnapshot | StoreSnapshot


def can_be_kept(resource: Resource) -> bool:
    """Whether it is of a kind whose seeded state is worth keeping, and ours to keep."""
    kind = resource.technology
    return bool(kind and kind.snapshotting and not resource.adopted)

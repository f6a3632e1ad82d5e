"""Which resources are reset in place, and which by starting them anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from orchestrator.copying.copier import Copier
from orchestrator.errors import UsageError
from orchestrator.lifecycle.bringing_up import Brought
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource

RESET_SECONDS = 120.0


@dataclass(frozen=True)
class Resettable:
    """Those that have a template to be copied from, and the names of those that have none."""

    copiers: tuple[Copier, ...]
    others: tuple[str, ...]


def resettable(manifest: Manifest, brought: Brought, names: Collection[str]) -> Resettable:
    """Sort these resources, or all that have a state. Raises UsageError for one that has none."""
    found = [stateful(manifest, brought, name) for name in names] or [
        one for one in manifest.resources.values() if has_state(one, brought) and is_ours(one)
    ]
    # What stands on a server cannot be brought back without it.
    anew = {one.server for one in found if not one.sliced}
    return Resettable(
        tuple(copier(one, brought) for one in found if one.sliced and one.name not in anew),
        tuple(anew),
    )


def stateful(manifest: Manifest, brought: Brought, name: str) -> Resource:
    """Return a resource that can be reset. Raises UsageError."""
    one = manifest.resources.get(name)
    if one is None or not has_state(one, brought):
        there = [each.name for each in manifest.resources.values() if has_state(each, brought)]
        what = "is no database or broker of it" if one else "is not a name in the manifest"
        raise UsageError(
            f"cannot reset {name}: it {what}",
            hint=f"there are: {', '.join(there) or 'none'}; greenroom restart makes others anew",
        )
    if not is_ours(one):
        raise UsageError(
            f"cannot reset {name}: it runs already, and what is there is not Greenroom's to drop",
            hint="with seeds or isolation, and without `owned`, a run has a place of its own there",
        )
    return one


def is_ours(resource: Resource) -> bool:
    """Whether its state is Greenroom's to bring back, and to throw away."""
    return resource.adopted is None or resource.own_place is not None


def refuse_to_restart(manifest: Manifest, names: Collection[str]) -> None:
    """Raise UsageError for what was not started by Greenroom, and of which it has made nothing."""
    for name in names:
        if name in manifest.resources and not is_ours(manifest.resources[name]):
            raise UsageError(
                f"cannot restart {name}: it runs already, and was not started by Greenroom",
                hint="start it anew where it runs",
            )


def has_state(resource: Resource, brought: Brought) -> bool:
    """Whether it is a database or broker that is up."""
    return resource.technology is not None and resource.instance in brought.instances


def copier(resource: Resource, brought: Brought) -> Copier:
    """Return what copies its seeded state."""
    engine = brought.engines[resource.engine]
    found = brought.instances[resource.instance]
    return Copier(resource.instance, brought.directory, engine, found)

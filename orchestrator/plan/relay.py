"""Who needs the relay: containers that refer to processes on this host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.model.resource import PROCESS, Instance, Resource
from orchestrator.plan.selection import needed_by

RELAY = Instance("greenroom")
"""The relay runs under a name that no resource can have."""


@dataclass(frozen=True)
class Relaying:
    """Which containers (`users`) the relay leads to which processes (`targets`), and why."""

    users: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    cause: str = ""

    def __bool__(self) -> bool:
        return bool(self.users)


def relaying(resources: Mapping[str, Resource]) -> Relaying:
    """Return what the relay has to do among these resources, which may be nothing."""
    pairs = [
        (resource.name, resources[needed.name].server)
        for resource in resources.values()
        if resource.contained
        for needed in needed_by(resource)
        if resources[needed.name].on_host
    ]
    if not pairs:
        return Relaying()
    users, targets = (tuple(dict.fromkeys(names)) for names in zip(*pairs, strict=True))
    user, target = pairs[0]
    cause = f"{user} runs in a container and refers to {target}, which runs on this host"
    return Relaying(users, targets, cause)


def engines(resources: Mapping[str, Resource]) -> dict[str, None]:
    """Return the names of the engines that these need: the relay is a process of this host."""
    names = dict.fromkeys(one.engine for one in resources.values())
    return names | ({PROCESS: None} if relaying(resources) else {})

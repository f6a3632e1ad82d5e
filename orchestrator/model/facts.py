"""What planning needs to know of the world, gathered beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.model.launch import Found
from orchestrator.model.resource import Instance


@dataclass(frozen=True)
class EngineFacts:
    """An engine that answers; `address` is where the ports it publishes are reached from here.

    `snapshots` tells that it can keep seeded state.
    """

    name: str
    version: str = ""
    address: str = "127.0.0.1"
    snapshots: bool = False


@dataclass(frozen=True)
class Facts:
    """The world as a plan sees it; empty facts stand for a world of which nothing is known.

    `engines` by name; `images` are the ids of those that are present, by the name as the plan uses
    it; `image_prefix` goes before the names of images that name no registry of their own.
    `digests` lead from each path that the manifest names (files, seeds, the contexts of builds) to
    a digest of what is there. `standing` is what an earlier `up` of this manifest has, if it has.
    Where snapshots are kept, `snapshots` are the keys of those that are there.
    """

    engines: Mapping[str, EngineFacts] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    image_prefix: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    standing: Mapping[Instance, Found] = field(default_factory=dict)
    keeps_snapshots: bool = False
    snapshots: frozenset[str] = frozenset()

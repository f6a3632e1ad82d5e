"""What planning needs to know of the world, gathered beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from orchestrator.model.launch import Found
from orchestrator.model.lock import Lock
from orchestrator.model.resource import Instance


@dataclass(frozen=True)
class EngineFacts:
    """An engine that answers; `address` is where the ports it publishes are reached from here.

    `snapshots` tells that it can keep seeded state. `reason` says why it was taken, where nobody
    asked for it. An engine of processes has a `folder`, below which each run has one for its
    servers. One without `limits` starts what has limits, and does not keep them. `no_way_back` says
    why what runs there cannot reach processes of this host, where it cannot. One is `joined` that
    runs the container in which we are: that joins each run's network, and sees it from the inside.
    """

    name: str
    version: str = ""
    address: str = "127.0.0.1"
    snapshots: bool = False
    reason: str = ""
    folder: str = ""
    limits: bool = True
    no_way_back: str = ""
    joined: bool = False


@dataclass(frozen=True)
class Program:
    """A server's program that was found on this host.

    `folders` are those in which it and its tools are; `lacks` are tools that it can do without, and
    that are not there. `digest` changes when the program does.
    """

    path: str
    version: str
    folders: tuple[str, ...]
    digest: str = ""
    lacks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{PurePath(self.path).name} {self.version}"


@dataclass(frozen=True)
class Facts:
    """The world as a plan sees it; empty facts stand for a world of which nothing is known.

    `engines` by name; `images` are the ids of those that are present, by the name as the plan uses
    it; `image_prefix` goes before the names of images that name no registry of their own. A `lock`
    says which images all these names mean; without one they mean whatever they mean today.
    `digests` lead from each path that the manifest names (files, seeds, the contexts of builds) to
    a digest of what is there. `standing` is what an earlier `up` of this manifest has, if it has.
    Where snapshots are kept, `snapshots` are the keys of those that are there. `programs` are those
    of the servers that run on this host, by the resource's name.
    """

    engines: Mapping[str, EngineFacts] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    image_prefix: str = ""
    lock: Lock | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    standing: Mapping[Instance, Found] = field(default_factory=dict)
    keeps_snapshots: bool = False
    snapshots: frozenset[str] = frozenset()
    programs: Mapping[str, Program] = field(default_factory=dict)

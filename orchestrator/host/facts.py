"""Gathers what planning needs to know of the world."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from orchestrator.engines.asking import in_time
from orchestrator.engines.engine import Engine, Images, Snapshots
from orchestrator.errors import EngineUnavailable, UsageError
from orchestrator.host.digests import digests
from orchestrator.host.locks import read_lock
from orchestrator.host.programs import clients, programs
from orchestrator.manifest.building.image import is_image_name
from orchestrator.model.facts import EngineFacts, Facts
from orchestrator.model.launch import Found
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import DOCKER, Instance, Resource
from orchestrator.plan.images import image_name
from orchestrator.plan.relay import relaying
from orchestrator.plan.selection import taking_part
from orchestrator.plan.snapshots import keys
from orchestrator.plan.words import listed
from orchestrator.waiting import Deadline

PREFIX = "GREENROOM_IMAGE_PREFIX"
SECONDS = 15.0


def offline(manifest: Manifest, environ: Mapping[str, str]) -> Facts:
    """Return the facts of a world of which nothing is known but the user's own files and settings.

    Raises LockError for a lock that cannot be read.
    """
    return Facts(image_prefix=image_prefix(environ), lock=read_lock(manifest))


def image_prefix(environ: Mapping[str, str]) -> str:
    """Return what goes before the names of Docker Hub's images; a slash parts it from them.

    Raises UsageError when no image could have such a name.
    """
    written = environ.get(PREFIX, "").strip()
    return checked_prefix(written, PREFIX, ", or unset it") if written else ""


def checked_prefix(written: str, name: str, otherwise: str = "") -> str:
    """Return a prefix with a slash at its end; `name` is where it was written.

    Raises UsageError when no image could have such a name.
    """
    prefix = written.strip().rstrip("/") + "/"
    if not is_image_name(f"{prefix}postgres"):
        hint = f"write it like registry.example.com/mirror/, without https://{otherwise}"
        raise UsageError(f'{name} cannot be "{prefix}"', hint=hint)
    return prefix


def gather(
    manifest: Manifest,
    engines: Mapping[str, Engine],
    environ: Mapping[str, str],
    standing: Mapping[Instance, Found] | None = None,
    *,
    profiles: Collection[str] = (),
    snapshots: bool = True,
) -> Facts:
    """Ask the engines who they are and which images they have, and read what the manifest names.

    `standing` is what an earlier `up` of this manifest has. Raises EngineUnavailable when an engine
    that the manifest needs does not answer, or a program that a server of this host needs is not to
    be had; and LockError for a lock that cannot be read. Without `snapshots` none is looked for, or
    made.
    """
    begun = offline(manifest, environ)
    resources = list(manifest.resources.values())
    # A context of many files takes its time to read; what is asked last has its own.
    reading_at_once = ThreadPoolExecutor(2, "greenroom-facts")
    with in_time(" or ".join(engines), SECONDS) as deadline, reading_at_once as beside:
        reading = beside.submit(digests, resources, manifest.folder)
        servers = [manifest.resources[name] for name in taking_part(manifest, profiles)]
        looking = beside.submit(programs, servers, environ, loose=manifest.loose)
        given = clients(servers, environ)
        described = {name: engine.describe(deadline) for name, engine in engines.items()}
        known = replace(begun, engines=described)
        refuse_relay(servers, described)
        fetched = present(engines, names(resources, known, built=False), deadline)
        known = replace(
            known,
            digests=reading.result(),
            standing=dict(standing or {}),
            programs=looking.result() | given,
        )
    with in_time(" or ".join(engines), SECONDS) as deadline:
        built = present(engines, names(resources, known, built=True), deadline)
        known = replace(known, images=fetched | built)
        if snapshots and any(one.snapshots for one in described.values()):
            known = with_snapshots(known, manifest, engines, deadline)
    return known


def refuse_relay(resources: Iterable[Resource], engines: Mapping[str, EngineFacts]) -> None:
    """Raise EngineUnavailable when a container needs a way to a process of this host in vain."""
    why = engines[DOCKER].no_way_back if DOCKER in engines else ""
    if why and (wanted := relaying({one.name: one for one in resources})):
        raise EngineUnavailable(
            f"{wanted.cause}, where no container of this engine gets: {why}",
            hint=f"run {listed([*wanted.targets])} in a container too, or choose another engine",
        )


def with_snapshots(
    known: Facts, manifest: Manifest, engines: Mapping[str, Engine], deadline: Deadline
) -> Facts:
    """Return the same with which of the snapshots are there that could serve."""
    known = replace(known, keeps_snapshots=True)
    wanted = {
        key: engine
        for name, key in keys(manifest.resources, known).items()
        if isinstance(engine := engines[manifest.resources[name].engine], Snapshots)
    }
    if not wanted:
        return known
    with ThreadPoolExecutor(min(8, len(wanted))) as pool:
        there = pool.map(lambda pair: pair[1].has_snapshot(pair[0], deadline), wanted.items())
        found = [key for key, is_there in zip(wanted, there, strict=True) if is_there]
    return replace(known, snapshots=frozenset(found))


def names(resources: Iterable[Resource], known: Facts, *, built: bool) -> list[str]:
    """Return the images that these resources run: those to be built, or those to be fetched."""
    images = (image_name(one, known) for one in resources if bool(one.build) is built)
    return list(dict.fromkeys(image for image in images if image))


def present(engines: Mapping[str, Engine], names: list[str], deadline: Deadline) -> dict[str, str]:
    """Return the ids of those images that the engines have; asked all at once."""
    if not names:
        return {}
    asked = [
        (engine, name)
        for engine in engines.values()
        if isinstance(engine, Images)
        for name in names
    ]
    with ThreadPoolExecutor(min(8, max(1, len(asked)))) as pool:
        ids = pool.map(lambda pair: pair[0].image_id(pair[1], deadline), asked)
        return {name: id_ for (_, name), id_ in zip(asked, ids, strict=True) if id_}

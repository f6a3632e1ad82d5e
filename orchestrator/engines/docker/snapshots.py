"""Snapshots as images: what was copied aside in a container, on top of the image that it runs.

It goes through a container that is never started, and so has nothing of the run in it: no logs, no
password among its variables, and none of what the tests write meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from orchestrator.engines.docker import execs
from orchestrator.engines.docker.answers import Item, item, items, labels, number, text, texts
from orchestrator.engines.docker.client import Api, Client
from orchestrator.engines.docker.credentials import is_podman
from orchestrator.engines.docker.exchange import NOT_FOUND, Query, Refusal, filters
from orchestrator.engines.docker.product import label, same_name
from orchestrator.engines.docker.removal import remove_container
from orchestrator.errors import EngineError
from orchestrator.model.launch import STAYS, Found, Image, RunLabels
from orchestrator.model.printable import on_one_line
from orchestrator.model.resource import Instance
from orchestrator.model.snapshot import FOLDER, IMAGE, SNAPSHOT, Snapshot, snapshot_image
from orchestrator.waiting import Deadline, Stopped, TimedOut

OF = f"{SNAPSHOT}.of"

CHUNK = 1 << 20

PARENT = FOLDER.rpartition("/")[0]

CLEAN_UP_SECONDS = 10.0

WAY = "greenroom"
"""Under this name, which no resource can have, the container on the way is found and removed."""


def store(
    api: Api,
    found: Found,
    snapshot: str,
    base: str,
    of: str,
    run: RunLabels,
    deadline: Deadline,
) -> None:
    """Make the image of a snapshot. It gets its name last of all, when it is whole."""
    doing = f"keep a snapshot of {found.instance}"
    holder = _made(api, snapshot, base, run, doing, deadline)
    try:
        with api.calls(deadline, doing) as client:
            podman = is_podman(api, deadline)
            # From Podman's own archive everything would belong to the container's user.
            pack = _packed_beside if podman else _packed
            archive = pack(api, found.id, deadline, doing)
            parent: Query = {"path": PARENT}
            client.change("PUT", f"/containers/{holder}/archive", parent, archive)
            query: Query = {"container": holder, "repo": IMAGE, "tag": snapshot, "pause": 0}
            # What is not said here is taken over from the container, which is of this run. Whoever
            # starts something from the image would have it removed as a part of that.
            nobody = dict.fromkeys(_own(snapshot, run), "")
            own = {**nobody, SNAPSHOT: snapshot, OF: of}
            if podman:
                instructions = "\n".join(label(name, value) for name, value in own.items())
                query = {**query, "changes": instructions}
            client.change("POST", "/commit", query, {"Labels": own})
    finally:
        _discard(api, holder)


def _packed(api: Api, container: str, deadline: Deadline, doing: str) -> Iterator[bytes]:
    """Yield what was copied aside, as the engine packs it into an archive."""
    path, query = f"/containers/{container}/archive", {"path": FOLDER}
    with api.stream(deadline, doing, "GET", path, query=query) as archive:
        yield from archive.chunks(CHUNK)


def _packed_beside(api: Api, container: str, deadline: Deadline, doing: str) -> Iterator[bytes]:
    """Yield the same as a command in the container packs it. Raises EngineError when it fails."""
    argv = ["tar", "-C", PARENT, "-cf", "-", FOLDER.removeprefix(f"{PARENT}/")]
    words: list[bytes] = []
    command = execs.Piped(api, container, argv, deadline)
    for stream, data in command.output():
        if stream == "stdout":
            yield data
        else:
            words.append(data)
    if command.exit_code:
        said = on_one_line(b"".join(words).decode("utf-8", "replace"))
        raise EngineError(f"cannot {doing}: tar in its container said: {said}")


def _made(
    api: Api, snapshot: str, base: str, run: RunLabels, doing: str, deadline: Deadline
) -> str:
    """Create a container of the image, never to be started, and return its id."""
    own = _own(snapshot, run)
    body = {"Image": base, "Labels": own, "HostConfig": {"NetworkMode": "none"}}
    with api.calls(deadline, doing) as client:
        query = {"name": f"greenroom-{run.run}--snapshot-{snapshot}"}
        return text(item(client.change("POST", "/containers/create", query, body)), "Id")


def _own(snapshot: str, run: RunLabels) -> dict[str, str]:
    """Return the labels of the container on the way."""
    found = run.labels(Instance(WAY, f"snapshot-{snapshot}"))
    # Each container of the image has all labels for itself but this one.
    return {name: value for name, value in found.items() if name != STAYS}


def _discard(api: Api, holder: str) -> None:
    """Remove the container; what is left of it is removed with its run."""
    until = Deadline.after(CLEAN_UP_SECONDS)
    with suppress(EngineError, TimedOut, Stopped), api.calls(until, "remove it") as client:
        try:
            remove_container(client, holder)
        except Refusal as error:
            if error.status != NOT_FOUND:
                raise


def listed(api: Api, engine: str, deadline: Deadline) -> list[Snapshot]:
    """Return all snapshots that have their name."""
    with api.calls(deadline, "list the snapshots") as client:
        images = items(client.get("/images/json", filters(label=SNAPSHOT)))
        return [
            Snapshot(
                engine=engine,
                key=key,
                of=found.get(OF, ""),
                size=size,
                created=number(each, "Created") or 0,
            )
            for each in images
            if (found := labels(each)) and (key := found.get(SNAPSHOT, ""))
            if any(same_name(tag, snapshot_image(key)) for tag in texts(each, "RepoTags"))
            if (size := _own_size(client, each)) is not None
        ]


def _own_size(client: Client, thing: Item) -> int | None:
    """Return the size of an image's last layer: all below it belongs to the image that it is on.

    None when somebody has removed the image meanwhile.
    """
    try:
        layers = items(client.get(f"/images/{text(thing, 'Id')}/history"))
    except Refusal as error:
        if error.status != NOT_FOUND:
            raise
        return None
    return number(layers[0], "Size") or 0 if layers else 0


def image(engine: str, key: str) -> Image:
    """Return a snapshot as the image that it is."""
    return Image(engine, "", snapshot_image(key), {}, 0, 0)

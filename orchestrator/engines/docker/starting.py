"""Starting an instance: create, put the files in, start; all of it, or nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from orchestrator.engines.docker.answers import item, text
from orchestrator.engines.docker.archive import archive, check_visible
from orchestrator.engines.docker.body import container_name, create_body
from orchestrator.engines.docker.client import Api
from orchestrator.engines.docker.exchange import FAILURE, NOT_FOUND, Refusal
from orchestrator.engines.docker.patience import LaterStop, Silent
from orchestrator.engines.docker.removal import remove_container
from orchestrator.errors import EngineError, EngineUnavailable
from orchestrator.model.launch import Found, Launch
from orchestrator.waiting import Abandoned, Deadline, Stop, Stopped, TimedOut, poll

CLEAN_UP_LIMIT = 30.0
"""Seconds for removing what a failed start has made; the caller's own deadline may be over."""
UNKNOWN_LIMIT = 5.0
"""Seconds for which a container may still appear after the answer to its creation was lost."""
STOPPED_LIMIT = 2.0
"""Seconds for which either goes on after the order to stop; the run's removal does the rest."""
ABANDONED_LIMIT = 0.5
"""The same after a call that has already gone on for its seconds in vain."""


def start(api: Api, engine: str, launch: Launch, deadline: Deadline) -> Found:
    """Start an instance. Raises PortTaken, ImageUnavailable or another EngineError."""
    container = create(api, launch, deadline)
    with undone(api, container, deadline.stop):
        fill(api, launch, container, deadline)
        run(api, launch, container, deadline)
    return created(engine, launch, container)


def create(api: Api, launch: Launch, deadline: Deadline) -> str:
    """Create a container and return its id; if it fails, there is none of this name."""
    doing = f"start {launch.instance}"
    with api.calls(deadline, doing):
        body = create_body(launch, api.endpoint.interface)
    check_visible(launch.files, body["HostConfig"]["Tmpfs"])
    return _create(api, launch, body, doing, deadline)


def fill(api: Api, launch: Launch, container: str, deadline: Deadline) -> None:
    """Put the files in, as one archive."""
    if launch.files:
        with api.calls(deadline, f"start {launch.instance}") as client:
            files = archive(launch.files, deadline)
            client.change("PUT", f"/containers/{container}/archive", {"path": "/"}, files)


def run(api: Api, launch: Launch, container: str, deadline: Deadline) -> None:
    """Start what was created."""
    with api.calls(deadline, f"start {launch.instance}") as client, client.turn():
        client.change("POST", f"/containers/{container}/start")


@contextmanager
def undone(api: Api, container: str, stop: Stop) -> Iterator[None]:
    """Remove a container when what is done within fails."""
    try:
        yield
    except BaseException as error:
        _discard(api, container, _clean_up(CLEAN_UP_LIMIT, error, stop))
        raise


def created(engine: str, launch: Launch, container: str) -> Found:
    """Return what is known of a container that was made by this launch."""
    return Found(
        engine=engine,
        kind="container",
        id=container,
        labels=launch.tags,
        name=container_name(launch),
        ports={port.number: port.host for port in launch.ports},
    )


def _create(api: Api, launch: Launch, body: dict[str, Any], doing: str, deadline: Deadline) -> str:
    deadline.check()
    name = container_name(launch)
    query = {"name": name} | ({"platform": launch.platform} if launch.platform else {})
    try:
        with api.calls(deadline, doing) as client:
            made = client.change("POST", "/containers/create", query, body)
            return text(item(made), "Id")
    except (EngineError, TimedOut, Stopped) as error:
        _undo(api, name, error, deadline.stop)
        raise


def _undo(api: Api, name: str, error: BaseException, stop: Stop) -> None:
    """Remove what a create call that failed may have made, of which only the name is known."""
    refusal = error.__cause__
    if _never_asked(error) or (isinstance(refusal, Refusal) and refusal.status < FAILURE):
        # Nothing was made, and the name may be another's.
        return
    clean_up = _clean_up(UNKNOWN_LIMIT, error, stop)
    if isinstance(refusal, Refusal):
        _discard(api, name, clean_up)
        return
    # A lost answer tells nothing: the engine may make the container a little later.
    with suppress(TimedOut, Stopped):
        poll(lambda: _discard(api, name, clean_up), clean_up)


def _never_asked(error: BaseException) -> bool:
    """Whether a call failed before the engine had it."""
    if isinstance(error, EngineUnavailable):
        return not isinstance(error.__cause__, Silent)
    return isinstance(error, Stopped) and not isinstance(error, Abandoned)


def _clean_up(seconds: float, error: BaseException, stop: Stop) -> Deadline:
    """The deadline for undoing what failed, which the order to stop may not end at once."""
    limit = ABANDONED_LIMIT if isinstance(error, Abandoned) else STOPPED_LIMIT
    return Deadline.after(seconds, LaterStop(stop, limit))


def _discard(api: Api, container: str, deadline: Deadline) -> bool:
    """Remove what a failed start has made; False when it is not there, or not yet.

    What goes wrong here must not hide the failure. What is left then carries the run's labels.
    """
    with (
        suppress(EngineError, TimedOut, Stopped),
        api.calls(deadline, f"remove {container}") as client,
    ):
        try:
            remove_container(client, container)
        except Refusal as error:
            return error.status != NOT_FOUND
        return True
    return False

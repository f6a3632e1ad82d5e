"""Removing containers and networks, until they are really gone, and images."""

from __future__ import annotations

from orchestrator.engines.docker.beside import send_guests_away
from orchestrator.engines.docker.client import Api, Client
from orchestrator.engines.docker.exchange import NOT_FOUND, Refusal
from orchestrator.model.launch import Found, Image
from orchestrator.waiting import Deadline, TimedOut, poll

NETWORK = "network"
NOT_YET = ("already in progress", "active endpoints", "being used")
"""The engine's words for what somebody else is removing, or is still attached to."""


def remove(api: Api, found: Found, deadline: Deadline) -> None:
    """Remove a container with its anonymous volumes, or a network. Gone already is fine.

    Raises TimedOut, with the engine's last words, when it is still there at the deadline.
    """
    doing, words = f"remove {found.name or found.id}", ""

    def gone() -> bool:
        nonlocal words
        try:
            _ask(api, found, deadline, doing)
        except _NotYet as error:
            words = str(error)
            return False
        return True

    try:
        poll(gone, deadline)
    except TimedOut:
        raise TimedOut(f"cannot {doing}: {words}" if words else doing) from None


class _NotYet(Exception):
    pass


def _ask(api: Api, found: Found, deadline: Deadline, doing: str) -> None:
    with api.calls(deadline, doing) as client:
        try:
            if found.kind == NETWORK:
                # By its id, Podman removes even one that is in use.
                client.change("DELETE", f"/networks/{found.name or found.id}")
            else:
                remove_container(client, found.id)
        except Refusal as error:
            if error.status == NOT_FOUND:
                return
            if any(text in error.words for text in NOT_YET):
                if found.kind == NETWORK:
                    send_guests_away(client, found.name or found.id, found.run)
                raise _NotYet(error.words) from None
            raise


def remove_container(client: Client, container: str) -> None:
    """Remove a container by its id or name, with its anonymous volumes, whether it runs or not."""
    with client.turn():
        client.change("DELETE", f"/containers/{container}", {"v": 1, "force": 1})


def remove_image(api: Api, image: Image, deadline: Deadline) -> None:
    """Remove an image by its name, or by its id when it has none. Gone already is fine.

    Raises EngineError while a container is made of it.
    """
    with api.calls(deadline, f"remove the image {image.name or image.id}") as client:
        try:
            client.change("DELETE", f"/images/{image.name or image.id}")
        except Refusal as error:
            if error.status != NOT_FOUND:
                raise

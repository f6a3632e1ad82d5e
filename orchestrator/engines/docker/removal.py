"""Removing containers and networks, until they are really gone."""

from __future__ import annotations

from docker.errors import APIError, NotFound

from orchestrator.engines.docker.client import Api
from orchestrator.model.launch import Found
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
                client.remove_network(found.id)
            else:
                client.remove_container(found.id, v=True, force=True)
        except NotFound:
            return
        except APIError as error:
            if any(text in str(error.explanation) for text in NOT_YET):
                raise _NotYet(error.explanation) from None
            raise

"""Readiness of servers that say over HTTP how they are."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.model.probe import Http, Readiness


def answers(path: str) -> Callable[[str, str], Readiness]:
    """Ready when a GET of this is answered with 200."""
    return lambda _user, _database: Readiness(Http(path, status=(200,)))

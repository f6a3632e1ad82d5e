"""Paths as a Compose file writes them."""

from __future__ import annotations

from os.path import normpath

from orchestrator.compose.nodes import Spot


def absolute(path: str, spot: Spot) -> str:
    """Return the absolute path that is meant by one that is written at a place."""
    return normpath(path if path.startswith("/") else f"{spot.source.folder}/{path}")

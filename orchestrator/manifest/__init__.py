"""Text becomes a Manifest: every mistake found at once, each with its place, in the user's words.

Nothing in here opens, reads or connects: the text, the files and the environment are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.manifest.dependencies import Dependency, dependencies, seed_tasks, templates
from orchestrator.manifest.files import Files

if TYPE_CHECKING:
    from orchestrator.manifest.loading import load, load_mapping
    from orchestrator.manifest.model.schema import json_schema, technology_schema

__all__ = [
    "Dependency",
    "Files",
    "dependencies",
    "json_schema",
    "load",
    "load_mapping",
    "seed_tasks",
    "technology_schema",
    "templates",
]

_HOME = {
    "load": "loading",
    "load_mapping": "loading",
    "json_schema": "model.schema",
    "technology_schema": "model.schema",
}


def __getattr__(name: str) -> object:
    """Import what needs pydantic and YAML only when it is asked for: planning needs neither."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

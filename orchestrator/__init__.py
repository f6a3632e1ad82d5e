"""Greenroom: real databases, brokers and services for your tests; up, ready, seeded, gone again."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.errors import (
        EngineUnavailable,
        GreenroomError,
        LockError,
        ManifestError,
        NotRemoved,
        ServiceDied,
        StepFailed,
        UsageError,
    )
    from orchestrator.lifecycle.running import RunningResource

__all__ = [
    "EngineUnavailable",
    "Environment",
    "GreenroomError",
    "LockError",
    "ManifestError",
    "NotRemoved",
    "RunningResource",
    "ServiceDied",
    "StepFailed",
    "UsageError",
    "__version__",
]

_HOME = {"Environment": "environment", "RunningResource": "lifecycle.running"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: `greenroom --version` stays quick."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f"orchestrator.{_HOME.get(name, 'errors')}")
    return getattr(module, name)

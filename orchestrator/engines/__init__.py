"""Engines: where resources run. Each is made here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestrator.engines.engine import Engine
from orchestrator.model.resource import ADOPTED, DOCKER, PROCESS
from orchestrator.state import state_folder

ALL = (DOCKER, PROCESS, ADOPTED)
"""The names of all engines."""


def make(name: str, environ: Mapping[str, str]) -> Engine:
    """Return the engine of this name; nothing is asked of it yet."""
    # Each is imported when it is needed: commands that need only one start sooner.
    if name == DOCKER:
        from orchestrator.engines.docker import DockerEngine

        return DockerEngine(environ)
    if name == PROCESS:
        from orchestrator.engines.process import ProcessEngine

        return ProcessEngine(state_folder(environ) / "runs")
    if name == ADOPTED:
        from orchestrator.engines.adopted import AdoptedEngine

        return AdoptedEngine(state_folder(environ) / "adopted")
    raise AssertionError(f"no engine is called {name}")


def make_all(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, Engine]:
    """Return the engines of these names, by name."""
    return {name: make(name, environ) for name in dict.fromkeys(names)}

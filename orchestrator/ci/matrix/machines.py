"""Asks the engine how much the machine has that its containers run on."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.ci.matrix.room import Needs
from orchestrator.engines.asking import in_time
from orchestrator.errors import EngineError
from orchestrator.host.machine import Amount, Machine
from orchestrator.model.resource import DOCKER

ANSWER_SECONDS = 5.0
"""How long that is waited for: an engine that is silent is the runs' own to tell of."""

ENGINE = "the engine's machine has"


def engines_machine(needs: Needs, environ: Mapping[str, str]) -> Machine | None:
    """Return what the engine's machine has, None where no containers are, or nobody answers.

    Nobody knows how much of it is free. One that is reached at an address of this host counts as
    this machine, because it mostly is.
    """
    if not needs.containers:
        return None
    from orchestrator.engines.docker.about import about

    try:
        with in_time(DOCKER, ANSWER_SECONDS) as deadline:
            found = about(environ, deadline)
    except EngineError:
        return None
    # What has no answer to give is no reason for less.
    if not found.processors or not found.memory:
        return None
    return Machine(
        processors=Amount(found.processors, ENGINE),
        memory=Amount(found.memory, ENGINE),
        remote=not found.endpoint.is_here,
    )

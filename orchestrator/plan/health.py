"""Whether what stands is well enough to be kept."""

from __future__ import annotations

from orchestrator.model.launch import State
from orchestrator.model.probe import Exit
from orchestrator.model.resource import Resource


def ailment(state: State, resource: Resource | None) -> str:
    """Return in words why what is in this state cannot stay, empty when it can.

    A task has ended as it should; everything else has to run, and not only to exist, unless it
    `may_exit`.
    """
    if state.status == "gone":
        return "it is gone"
    if state.status == "created":
        return "it was created, but never started"
    probe = resource.readiness.probe if resource else None
    if isinstance(probe, Exit):
        return task_ailment(state, probe.code)
    if not state.alive:
        done = resource is not None and resource.may_exit and state.ended_well
        return "" if done else f"it {state}"
    if state.health == "unhealthy":
        return "its own health check says unhealthy"
    # While all is well, an engine adds only what is unusual: paused, restarting.
    return f"it is {state.detail}" if state.detail and state.health in ("", "healthy") else ""


def task_ailment(state: State, code: int) -> str:
    """Return in words why a task cannot stay: it has not ended, or not as it should."""
    if state.alive:
        return "it has not ended yet"
    return "" if state.exit_code == code else f"it {state}"

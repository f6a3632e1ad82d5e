"""Asks whether a resource is ready: one attempt of each probe, and the wait that repeats them."""

from orchestrator.probes.attempt import attempt
from orchestrator.probes.target import Answer, Beside, Died, Target
from orchestrator.probes.wait import NotYet, wait_ready

__all__ = ["Answer", "Beside", "Died", "NotYet", "Target", "attempt", "wait_ready"]

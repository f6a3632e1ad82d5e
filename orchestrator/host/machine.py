"""How much this machine has for us."""

from __future__ import annotations

import os
from dataclasses import dataclass

from orchestrator.host import cgroups

HERE = "this machine has"
FREE = "this machine still has"
GROUP = "the limit of this cgroup leaves"


@dataclass(frozen=True)
class Amount:
    """How many processors, or bytes of memory; `whose` stands before the number in a sentence."""

    number: float
    whose: str = HERE


@dataclass(frozen=True)
class Machine:
    """What there is for us on a machine; of a remote one nobody knows how much is free."""

    processors: Amount
    memory: Amount
    remote: bool = False


def this_machine() -> Machine:
    """Return what is free here, and no more than what the limits of a container leave of it."""
    import psutil

    usable = getattr(os, "sched_getaffinity", None)
    processors = len(usable(0)) if usable else os.cpu_count() or 1
    return within(cgroups.left(), processors, psutil.virtual_memory().available)


def within(left: cgroups.Left, processors: int, memory: int) -> Machine:
    """Return the smaller ones of what the machine has and of what we may use of it."""
    return Machine(
        processors=_smaller(Amount(processors), left.processors),
        memory=_smaller(Amount(memory, FREE), left.memory),
    )


def _smaller(there: Amount, allowed: float) -> Amount:
    return Amount(allowed, GROUP) if allowed < there.number else there

"""Where an instance listens, when that is not where it is asked, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine, Sockets
from orchestrator.errors import EngineError
from orchestrator.host.ports import seen_holder
from orchestrator.model.launch import Found, Listener
from orchestrator.model.probe import Exit, Log, Probe
from orchestrator.model.resource import PROCESS, Instance
from orchestrator.waiting import Deadline, Stopped, TimedOut

SHOWN = 5
"""So many ports are named."""

ANOTHER = "start again: then another port is chosen"
"""What to do where a port that was chosen is somebody else's after all."""


@dataclass(frozen=True)
class Elsewhere:
    """What a resource of this name is found to do: it listens `there`, and not as it should.

    It is asked on the port `number`: of its container if it is `contained`, else of this host.
    """

    name: str
    number: int
    there: tuple[Listener, ...]
    contained: bool

    @property
    def alone(self) -> Listener | None:
        """The listener on the right port that only its own container reaches, if there is one."""
        return next((one for one in self.there if one.port == self.number), None)

    @property
    def ports(self) -> str:
        """The ports on which it listens, in words and in order."""
        numbers = sorted({one.port for one in self.there})
        shown = [*map(str, numbers[:SHOWN]), *(["others"] if numbers[SHOWN:] else [])]
        words = f"{', '.join(shown[:-1])} and {shown[-1]}" if shown[1:] else shown[0]
        return f"port{'s' if shown[1:] else ''} {words}"

    def __str__(self) -> str:
        return f"it listens on {f'{self.alone} alone' if self.alone else self.ports}"

    @property
    def advice(self) -> str:
        """What to do."""
        if self.alone:
            return (
                f"{self.name} listens on {self.alone}, which nobody outside its container reaches: "
                "tell it to listen on 0.0.0.0"
            )
        if self.contained:
            return (
                f"nothing in {self.name} listens on port {self.number}, but on {self.ports}: "
                "correct its `ports`, or tell it the other"
            )
        return (
            f"{self.name} listens on {self.ports}, and not on {self.number}, which was chosen for "
            "it: tell it by ${self.port} in its `command`, or let it read the variable PORT"
        )


def elsewhere(
    probe: Probe,
    instance: Instance,
    found: Found,
    engine: Engine,
    directory: Directory,
    deadline: Deadline,
) -> Elsewhere | None:
    """Look where an instance listens instead of where it is asked.

    None when it listens there, or nowhere yet, when it is asked on no port, or nobody can say.
    """
    resource = directory.of(instance)
    asked = None if isinstance(probe, Log | Exit) else resource.port(getattr(probe, "port", None))
    if asked is None or not isinstance(engine, Sockets):
        return None
    home, contained = directory.home(instance), resource.contained
    number = asked.number if contained else directory.ports.get((home, asked.number), asked.number)
    try:
        there = engine.listeners(found, deadline) or ()
    except (EngineError, Stopped, TimedOut):
        return None
    good = any(one.port == number and not (contained and one.alone) for one in there)
    return None if good or not there else Elsewhere(resource.name, number, tuple(there), contained)


def occupied(
    instance: Instance, found: Found, engine: Engine, directory: Directory, deadline: Deadline
) -> str:
    """Return what to do when somebody else has a port of a process on this host.

    Nothing when nobody has, or the system does not show who.
    """
    resource = directory.of(instance)
    if resource.engine != PROCESS or not isinstance(engine, Sockets):
        return ""
    try:
        there = engine.listeners(found, deadline)
    except (EngineError, Stopped, TimedOut):
        return ""
    if there is None:
        return ""
    own = {one.port for one in there}
    for port in resource.ports:
        number = found.ports.get(port.number)
        if number and number not in own and (holder := seen_holder(number)):
            words = f"port {number} of this host, meant for {instance}, is used by {holder}"
            return f"{words}: {'end that' if port.host else f'end that, or {ANOTHER}'}"
    return ""

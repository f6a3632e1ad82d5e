"""What to do when a port does not answer, from where the instance listens instead."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine, Sockets
from orchestrator.errors import EngineError
from orchestrator.lifecycle.evidence import LOG_SECONDS
from orchestrator.model.launch import Found, Listener
from orchestrator.model.probe import Exit, Log, Probe
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline, Stopped, TimedOut

SHOWN = 5
"""So many ports are named."""


def astray(
    probe: Probe, instance: Instance, found: Found, engine: Engine, directory: Directory
) -> str:
    """Return what to do for an instance that listens elsewhere than where it is asked.

    Empty when it listens there, or nowhere yet, or when nobody can say.
    """
    resource = directory.of(instance)
    asked = None if isinstance(probe, Log | Exit) else resource.port(getattr(probe, "port", None))
    if asked is None or not isinstance(engine, Sockets):
        return ""
    contained = resource.contained
    own = directory.home(instance)
    number = asked.number if contained else directory.ports.get((own, asked.number), asked.number)
    try:
        there = engine.listeners(found, Deadline.after(LOG_SECONDS)) or ()
    except (EngineError, Stopped, TimedOut):
        return ""
    if not contained:
        return _of_a_process(number, there, resource.name)
    return _of_a_container(number, there, resource.name)


def _of_a_container(number: int, there: Sequence[Listener], name: str) -> str:
    here = [one for one in there if one.port == number]
    if any(not one.alone for one in here):
        return ""
    if here:
        return (
            f"{name} listens on {here[0]}, which nobody outside its container reaches: "
            "tell it to listen on 0.0.0.0"
        )
    if not there:
        return ""
    return (
        f"nothing in {name} listens on port {number}, but on {_ports(there)}: "
        "correct its `ports`, or tell it the other"
    )


def _of_a_process(number: int, there: Sequence[Listener], name: str) -> str:
    if not there or any(one.port == number for one in there):
        return ""
    return (
        f"{name} listens on {_ports(there)}, and not on {number}, which was chosen for it: "
        "tell it by ${self.port} in its `command`, or let it read the variable PORT"
    )


def _ports(there: Sequence[Listener]) -> str:
    """Return the ports in words, in order."""
    numbers = sorted({one.port for one in there})
    shown = [*map(str, numbers[:SHOWN]), *(["others"] if numbers[SHOWN:] else [])]
    words = f"{', '.join(shown[:-1])} and {shown[-1]}" if shown[1:] else shown[0]
    return f"port{'s' if shown[1:] else ''} {words}"

"""`greenroom ps`: what is up on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from orchestrator.cli.options import Json
from orchestrator.cli.output import as_json, remark, table

if TYPE_CHECKING:
    from orchestrator.lifecycle.survey import Survey
    from orchestrator.model.event import Event
    from orchestrator.model.facts import EngineFacts
    from orchestrator.model.launch import Found


@dataclass(frozen=True)
class Entry:
    """One instance of a run, or a run's place where nothing else of it is left."""

    run: str
    name: str
    resource: str
    state: str
    engine: str
    ports: dict[str, str]
    manifest: str
    end: str


def ps(json: Json = False) -> int:
    """List what is up on this machine.

    Every run with its resources, their states, and where their ports are reached. What nobody needs
    any more, because its owner is gone or its time over, is removed first.
    """
    from orchestrator.lifecycle.survey import survey
    from orchestrator.lifecycle.sweeping import sweep

    found = survey(os.environ)
    for swept in sweep(found, os.environ, notice):
        found = found.without(swept.run)
    entries = list(listed(found))
    if json:
        as_json([asdict(entry) for entry in entries])
    elif entries:
        table([["RUN", "RESOURCE", "STATE", "ENGINE", "ADDRESSES"], *map(row, entries)])
        remark("", *(f"{run}: {end}" for run, end in dict(ends(entries)).items()))
    else:
        remark("nothing is up")
    for error in found.silent:
        remark(f"note: {error.message}; what it may have is not shown")
    return 0


def listed(found: Survey) -> Iterator[Entry]:
    """Yield what there is to list, run by run."""
    from orchestrator.lifecycle.bringing_up import described
    from orchestrator.lifecycle.sweeping import verdict

    names = {thing.engine for run in found.runs for thing in run.things}
    engines = described({name: found.engines[name] for name in names})
    for run in found.runs:
        end = verdict(run, os.environ).cause
        for thing in run.instances or run.things:
            yield Entry(
                run=run.id,
                name=run.name,
                resource=str(thing.instance or ""),
                state=str(thing.state) if thing.instance else f"{thing.kind} only",
                engine=thing.engine,
                ports=ports(thing, engines[thing.engine]),
                manifest=run.manifest,
                end=end,
            )


def ends(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """Yield each run with what will end it."""
    return ((entry.run, entry.end) for entry in entries)


def notice(event: Event) -> None:
    """Say what was noticed."""
    from orchestrator.render.words import whole

    remark(*whole(event))


def ports(thing: Found, engine: EngineFacts) -> dict[str, str]:
    """Return where each of its ports is reached from here."""
    from orchestrator.model.launch import AT

    if at := thing.labels.get(AT):
        return {at.rpartition(":")[2]: at}
    if engine.joined and thing.instance:
        name = f"{thing.instance.alias}.{thing.run}"
        return {str(number): f"{name}:{number}" for number in thing.ports}
    return {str(number): f"{engine.address}:{port}" for number, port in thing.ports.items()}


def row(entry: Entry) -> list[str]:
    """Return the cells of one line: a single port needs no number, its address says enough."""
    numbered = len(entry.ports) > 1
    addresses = [
        f"{number} at {address}" if numbered else address for number, address in entry.ports.items()
    ]
    return [entry.run, entry.resource or "-", entry.state, entry.engine, ", ".join(addresses)]

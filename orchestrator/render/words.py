"""Steps and their progress in words."""

from __future__ import annotations

import shlex
import time

from orchestrator.model import step_key
from orchestrator.model.event import (
    CommandEnded,
    CommandStarted,
    Event,
    InstanceDied,
    Noticed,
    RunCompared,
    RunKept,
    RunReady,
    RunRemoved,
    StepProgress,
    StepStopped,
)
from orchestrator.model.printable import one_line
from orchestrator.model.step_key import thing, verb
from orchestrator.render.columns import columns

UNDER_WAY = {
    "open": "opening",
    "pull": "pulling",
    "push": "pushing",
    "build": "building",
    "keep": "keeping",
    "start": "starting",
    "adopt": "adopting",
    "restore": "restoring",
    "ready": "waiting until it is ready",
    "own": "making a place of the run's own",
    "add": "adding its database",
    "seed": "seeding",
    "template": "copying for slices",
    "snapshot": "copying aside for a snapshot",
    "store": "storing the snapshot",
    "reset": "resetting",
    "remove": "removing",
    "close": "closing",
}

DONE = {
    "open": "opened",
    "pull": "pulled",
    "push": "pushed",
    "build": "built",
    "keep": "kept",
    "start": "started",
    "adopt": "adopted",
    "restore": "restored from its snapshot",
    "ready": "ready",
    "own": "has a place of the run's own",
    "add": "added to its server",
    "seed": "seeded",
    "template": "copied for slices",
    "snapshot": "copied aside for a snapshot",
    "store": "snapshot stored",
    "reset": "reset",
    "remove": "removed",
    "close": "closed",
}


def about(subject: str, step: str) -> str:
    """Return what a step is about; one without a subject is about the engine it names."""
    return subject or step_key.subject(step)


def under_way(step: str) -> str:
    """Return in words what a step is doing: `seeding accounts.csv`."""
    return f"{UNDER_WAY.get(verb(step), verb(step))} {thing(step)}".rstrip()


def done(step: str, *, task: bool = False) -> str:
    """Return in words what a step has done: `seeded accounts.csv`; a `task` is done, not ready."""
    if task and verb(step) == "ready":
        return "done"
    return f"{DONE.get(verb(step), f'{verb(step)} done')} {thing(step)}".rstrip()


def progress(event: StepProgress) -> str:
    """Return in words how far a step is: `pulling 34 %`, `building 3 of 7: RUN make`."""
    words = f"{under_way(event.step)} {amount(event)}".rstrip()
    # Only a build's text says more than the step and its amount do.
    return f"{words}: {event.text}" if verb(event.step) == "build" and event.text else words


def amount(event: StepProgress) -> str:
    """Return how much of a step is done, empty when nobody knows."""
    if event.total and event.unit:
        return f"{min(100, 100 * event.done // event.total)} %"
    if event.total:
        return f"{event.done} of {event.total}"
    return f"{event.done / 1e6:.1f} MB" if event.done and event.unit == "B" else ""


def seconds(value: float) -> str:
    """Return a duration as people say it: `0.42 s`, `12.3 s`, `2 min 5 s`."""
    if value < 0.995:
        return f"{value:.2f} s"
    if value < 119.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def stopped(event: StepStopped) -> list[str]:
    """Return in lines what a step had come to when somebody wanted the run to end."""
    known = event.evidence
    lines = [f"stopped while {under_way(event.step)}, after {seconds(known.seconds)}"]
    lines += [f"  {label}: {text}" for label, text in known.facts]
    return lines + [f"  log: {one_line(line)}" for line in known.log]


def died(event: InstanceDied) -> list[str]:
    """Return in lines that something has died, and the end of its log."""
    return [f"{event.subject} DIED: {event.state}", *(f"  {one_line(line)}" for line in event.log)]


def whole(event: Event) -> list[str]:
    """Return in lines what happened to the run as a whole."""
    match event:
        case RunCompared():
            return compared(event)
        case RunReady(seconds=taken):
            return [f"ready in {seconds(taken)}"]
        case CommandStarted(command=command):
            return [f"running {shlex.join(command)}"]
        case CommandEnded(command=command, code=code) if code:
            return [f"{command[0]} ended with exit code {code}"]
        case RunRemoved(seconds=taken, removed=removed):
            return [f"removed {removed} in {seconds(taken)}"]
        case RunKept():
            return kept(event)
        case Noticed(text=text):
            return [text]
    return []


def compared(event: RunCompared) -> list[str]:
    """Return in lines what becomes of what is up already."""
    if all(kind == "kept" for _, kind, _ in event.changes):
        return [f"{event.run} is up already, and nothing of it has changed"]
    rows = columns([f"  {name}", *rest] for name, *rest in event.changes)
    return [f"{event.run} is up already:", *rows]


def kept(event: RunKept) -> list[str]:
    """Return in lines that a run is kept, and how to look inside."""
    clock = time.strftime("%H:%M", time.localtime(event.expires))
    first = next(iter(event.instances), "RESOURCE")
    return [
        f"{event.run} is kept until {clock}; look inside with:",
        f"  greenroom logs --run {event.run} {' '.join(event.instances)}".rstrip(),
        f"  greenroom exec --run {event.run} {first} -- sh",
        f"  greenroom down {event.run}    removes it",
    ]


def short(subject: str) -> str:
    """Return a subject without the registry and the path that an image's name may begin with.

    Of a digest the beginning stays.
    """
    name, at, digest = subject.rpartition("/")[2].partition("@")
    return f"{name}{at}{short_digest(digest)}"


def short_digest(digest: str) -> str:
    """Return as much of a digest, or of an id, as Docker shows, and people compare."""
    kind, colon, value = digest.rpartition(":")
    return f"{kind}{colon}{value[:12]}"

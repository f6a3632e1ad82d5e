"""What went wrong, as values of the record, with the places in the user's files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from orchestrator.artifacts.record import ENDED, Failure
from orchestrator.ci.budget import is_late
from orchestrator.errors import GreenroomError, ManifestError, PortTaken, StepFailed
from orchestrator.host.manifests import shown_as
from orchestrator.lifecycle.death import RUN_AGAIN
from orchestrator.model import step_key
from orchestrator.model.event import Event, InstanceDied, RunStarted
from orchestrator.model.manifest import Manifest, SpotPath
from orchestrator.model.resource import DatabaseSeed, Instance, SetupSeed
from orchestrator.model.spot import Spot
from orchestrator.render.failing import logged
from orchestrator.waiting import TimedOut

Users = Mapping[str, str]
"""Of each image, by the name that the engine was asked for, the first resource that waits for it.

A mirror or a lock makes that name another one than the manifest has.
"""

NOBODY: Users = MappingProxyType({})


def users_of(events: Iterable[Event]) -> Users:
    """Return who needs which image, as it was told when the run began."""
    waits = [waited for event in events if isinstance(event, RunStarted) for waited in event.waits]
    names = {name for name, _ in waits}
    return {
        image: name
        for name, waited in reversed(waits)
        for image in waited
        if image not in names or image == name
    }


def failures_of(
    error: BaseException, manifest: Manifest | None, users: Users = NOBODY
) -> tuple[Failure, ...]:
    """Return an error as failures, the first one first.

    Each of a manifest's mistakes is one, and so is each step that failed at the same time.
    """
    notes = tuple(getattr(error, "__notes__", ()))
    match error:
        case ManifestError(problems=problems):
            return tuple(
                Failure(
                    message=f"{problem.path}: {problem.message}".removeprefix(": "),
                    spots=(Spot(file=problem.file, line=problem.line, column=problem.column),),
                )
                for problem in problems
            )
        case StepFailed(others=others):
            first = dataclasses.replace(of_step(error, manifest, users), notes=notes)
            return (first, *(of_step(one, manifest, users) for one in others))
        case PortTaken(message=message, hint=hint, resource=name) if manifest and name:
            found = manifest.spot(*decided_by(manifest, name, "port", "ports"))
            wanted = (found,) if found else ()
            return (Failure(message=message, hint=hint, notes=notes, subject=name, spots=wanted),)
        case GreenroomError(message=message, hint=hint):
            return (Failure(message=message, hint=hint, notes=notes),)
        case TimedOut():
            return (Failure(message=f"not done in time: {error}".removesuffix(": "), notes=notes),)
        case _:
            text = f"this is a bug in Greenroom: {type(error).__name__}: {error}"
            return (Failure(message=text, notes=notes),)


def of_step(failed: StepFailed, manifest: Manifest | None, users: Users) -> Failure:
    """Return one failed step."""
    known = failed.evidence
    return Failure(
        message=failed.message,
        hint=failed.hint,
        step=failed.step,
        subject="" if is_late(failed.step) else step_key.subject(failed.step),
        seconds=known.seconds,
        answer=known.answer,
        state=known.state,
        log=tuple(logged(failed)),
        spots=tuple(spots_of(failed, manifest, users)),
    )


def death(died: InstanceDied, manifest: Manifest) -> Failure:
    """Return as a failure that something died while the tests were running."""
    found = manifest.spot(Instance.of(died.subject).resource)
    return Failure(
        message=died.words,
        hint=RUN_AGAIN,
        subject=died.subject,
        state=died.state,
        log=died.log,
        spots=(found,) if found else (),
    )


def spots_of(failed: StepFailed, manifest: Manifest | None, users: Users) -> Iterator[Spot]:
    """Yield the places that a failed step is about: a seed's own file, then the manifest."""
    if failed.evidence.file:
        yield Spot(file=shown_as(Path(failed.evidence.file)), line=failed.evidence.line)
    found = manifest.spot(*path_of(failed, manifest, users)) if manifest else None
    if found:
        yield found


def path_of(failed: StepFailed, manifest: Manifest, users: Users) -> SpotPath:
    """Return what of the manifest decides how a step goes; of the tests' command, nothing does."""
    step, subject = failed.step, step_key.subject(failed.step)
    if is_late(step):
        return ()
    name = Instance.of(subject).resource
    match step_key.verb(step):
        case "pull":
            return decided_by(manifest, users[subject], "image", "use") if subject in users else ()
        case "build":
            return (name, "build")
        case "ready" if failed.evidence.state.startswith(ENDED):
            return decided_by(manifest, name, "command", "image", "build", "use")
        case "ready" | "adopt":
            return decided_by(manifest, name, "ready", "at")
        case "seed":
            return (name, "seed", *position(manifest, name, int(step.split(" ")[2])))
        case _:
            return (name,)


def position(manifest: Manifest, name: str, number: int) -> tuple[int, ...]:
    """Return where a seed stands in the manifest's list: not all that are put in stand there."""
    if name not in manifest.resources:
        return ()
    before = manifest.resources[name].seeds[:number]
    return (number - 1 - sum(isinstance(one, SetupSeed | DatabaseSeed) for one in before),)


def decided_by(manifest: Manifest, name: str, *keys: str) -> SpotPath:
    """Return the first of these keys that the entry has, else the entry."""
    return next(((name, key) for key in keys if (name, key) in manifest.spots), (name,))

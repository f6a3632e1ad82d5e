"""Fetches images and copies them to a mirror: a plan of just these steps, walked like any other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from orchestrator.errors import StepFailed
from orchestrator.images.looking import ImageEngine, Listed
from orchestrator.images.needed import Needed
from orchestrator.lifecycle import fetching
from orchestrator.lifecycle.executor import Tell, execute
from orchestrator.lifecycle.fetching import IMAGE_SECONDS, Fetching, progress_of
from orchestrator.model.event import ImagesDone, ImagesWanted
from orchestrator.model.facts import Facts
from orchestrator.model.resource import DOCKER
from orchestrator.model.step import Plan, Pull, Push, Step
from orchestrator.plan.images import is_id
from orchestrator.plan.words import listed, plural
from orchestrator.waiting import Deadline, TimedOut


def pulls(found: Iterable[Listed], *, anew: bool = False) -> Iterator[Pull]:
    """Yield the steps that fetch what is not here, with `anew` all that a registry has.

    What is run and built from as well is fetched once.
    """
    seen: set[str] = set()
    for one in found:
        needed = one.needed
        if is_id(needed.asked) or needed.never or needed.asked in seen:
            continue
        seen.add(needed.asked)
        if one.present and not (anew and one.digest):
            continue
        yield Pull(
            engine=DOCKER,
            image=needed.asked,
            platform=needed.platform,
            present=one.present is not None,
            cause=cause(needed, "it is not present" if not one.present else "it may have changed"),
        )


def refuse(found: Iterable[Listed], facts: Facts) -> None:
    """Raise LockError for what the lock does not name, ImageUnavailable for what cannot be had."""
    every = list(found)
    if missing := _users(one for one in every if one.needed.unlocked):
        raise fetching.not_locked(missing, facts)
    absent = [one for one in every if one.present is None]
    if missing := _users(one for one in absent if is_id(one.needed.asked)):
        raise fetching.locked_and_gone(missing, facts)
    if missing := _users(one for one in absent if one.needed.never):
        raise fetching.not_to_be_pulled(missing)


def _users(found: Iterable[Listed]) -> dict[str, str]:
    return {one.needed.name: listed(list(one.needed.users)) for one in found}


def cause(needed: Needed, why: str) -> str:
    """Return in words who needs an image, and why something is to be done about that."""
    names = list(needed.users)
    if needed.base:
        return f"{listed(names)} {'is' if len(names) == 1 else 'are'} built from it, and {why}"
    return f"{listed(names)} need{plural(names)} it, and {why}"


class Carrying:
    """Walks plans of such steps; `digests` are those of what was pushed, by its name there."""

    def __init__(self, engine: ImageEngine, tell: Tell, limit: Deadline) -> None:
        self._engine, self._tell, self._limit = engine, tell, limit
        self._fetching = Fetching(tell)
        self.digests: dict[str, str] = {}

    def walk(self, title: str, steps: Iterable[Pull | Push]) -> None:
        """Perform all, at once where they need not wait. Raises the first StepFailed."""
        plan = Plan(title, tuple(steps))
        if not plan.steps:
            return
        began = time.monotonic()
        names = tuple(dict.fromkeys(step.subject for step in plan.steps))
        self._tell(ImagesWanted(at=time.time(), name=title, images=names))
        execute(plan, self._perform, self._tell, self._limit.stop)
        self._tell(ImagesDone(at=time.time(), seconds=time.monotonic() - began))

    def _perform(self, step: Step) -> None:
        deadline, began = self._limit.sooner(IMAGE_SECONDS), time.monotonic()
        progress = progress_of(step, self._tell, "B")
        try:
            match step:
                case Pull():
                    self._fetching.pull(step, self._engine.images, progress, deadline)
                case Push():
                    found = self._fetching.push(step, self._engine.registries, progress, deadline)
                    self.digests[step.name] = found
                case _:
                    raise AssertionError(f"{step.key} is no step about images")
        except TimedOut as error:
            seconds = time.monotonic() - began
            raise StepFailed(
                step.key,
                f"not done after {seconds:.0f} s",
                hint="see whether the engine and the registry are well, and try again: what has "
                "arrived already need not come again",
            ) from error

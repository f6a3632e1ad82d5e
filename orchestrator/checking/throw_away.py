"""Environments that are made for a look, and removed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from orchestrator.checking.holdings import Holdings, held
from orchestrator.checking.narrowing import Seeds, narrowed
from orchestrator.environment import TIMEOUT, Environment
from orchestrator.errors import StepFailed
from orchestrator.lifecycle.view import View
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import TaskSeed

Make = Callable[[Manifest, float], Environment]
"""Makes the environment of a manifest, which uses no snapshots and has so many seconds to be up."""


@dataclass(frozen=True)
class ThrowAway:
    """Makes environments of a part of the manifest; `tell` is told what is looked at."""

    manifest: Manifest
    profiles: Collection[str]
    make: Make
    tell: Callable[[str], None]

    def look(
        self,
        seeds: Seeds,
        then: Callable[[View], None] = lambda _view: None,
        within: float = TIMEOUT,
    ) -> dict[str, Holdings | None]:
        """Return what each of these resources holds after its seeds; `then` may go on with them.

        Raises StepFailed when a seed is refused, and whatever else can go wrong.
        """
        with self.make(narrowed(self.manifest, seeds, self.profiles), within) as environment:
            view = environment.view
            found = {name: held(view, name) for name in seeds}
            then(view)
        return found

    def attempt(self, name: str, seeds: Seeds, within: float) -> Holdings | StepFailed | None:
        """Return what one resource holds after these seeds, or why they could not be put in."""
        try:
            return self.look(seeds, within=within)[name]
        except StepFailed as failure:
            tasks = {seed.task for seed in seeds[name] if isinstance(seed, TaskSeed)}
            verb, subject, *_ = failure.step.split()
            if (verb == "seed" and subject == name) or subject in tasks:
                return failure
            raise


def reason(failure: StepFailed) -> str:
    """Return the first line of what the server said."""
    return failure.message.strip().partition("\n")[0]

"""Notices at once when something ends that should live as long as the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from orchestrator.addressing.masking import Mask, mask_value
from orchestrator.errors import EngineError, EngineUnavailable, ServiceDied
from orchestrator.lifecycle.evidence import state_of
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.running import RunningResource
from orchestrator.model.event import InstanceDied
from orchestrator.model.launch import Found, State
from orchestrator.model.printable import one_line
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

PAUSE = 1.0
"""Seconds between two looks: a listing costs the engine some milliseconds."""

RUN_AGAIN = "do not trust the tests' result: run them again"
"""What to do next when something has died."""

LIST_SECONDS = 5.0
LOG_LINES = 12


class DeathWatch:
    """Looks at these resources while its block runs, and tells of each that has died, once.

    `silent` has of the engines that did not answer at the last look why not.

    What is gone altogether counts only at the second look: somebody may be making it anew. `anew`
    returns those of which it is known. What was made anew is what is looked at from then on.
    """

    def __init__(
        self,
        run: str,
        resources: Mapping[str, RunningResource],
        tell: Tell,
        mask: Mask,
        anew: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._run = run
        self._resources = resources
        self._tell = tell
        self._mask = mask
        self._anew = anew
        self._over = Stop()
        self._missing: set[str] = set()
        self._thread = threading.Thread(target=self._look_on, name="greenroom-deaths", daemon=True)
        self.dead: dict[str, InstanceDied] = {}
        self.silent: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.order()
        self._thread.join(LIST_SECONDS)

    def deaths(self) -> list[InstanceDied]:
        """Look at each closely now, and return all that have died so far.

        An engine that cannot say what is there is not asked for each.
        """
        answering = self._seen(Stop())
        for resource in self._resources.values():
            if resource.name not in self.dead and resource.engine.name in answering:
                self._note(resource)
        return list(self.dead.values())

    def _look_on(self) -> None:
        while not self._over.wait(PAUSE):
            self.look()

    def look(self) -> None:
        """Look once. An engine that does not answer tells nothing of anybody's life."""
        for name, state in self._ended():
            if name not in self.dead and self._note(self._resources[name], state):
                self._tell(self.dead[name])

    def _ended(self) -> Iterator[tuple[str, State]]:
        """Yield what does not live, as the engines list it."""
        before = self._anew()
        answering = self._seen(self._over)
        present = {name: found for there in answering.values() for name, found in there.items()}
        known = {name for name, one in self._resources.items() if one.engine.name in answering}
        judged = known.difference(before, self._anew())
        missing = judged - set(present)
        for name in missing & self._missing:
            yield name, State("gone")
        self._missing = missing
        for name in judged:
            if name in present and self._resources[name].died(present[name].state):
                yield name, present[name].state

    def _seen(self, stop: Stop) -> dict[str, dict[str, Found]]:
        """Return what each engine that answers lists now, by name; from now on, that is meant."""
        answering: dict[str, dict[str, Found]] = {}
        engines = {one.engine.name: one.engine for one in self._resources.values()}
        for name, engine in engines.items():
            try:
                listed = engine.list(Deadline.after(LIST_SECONDS, stop), self._run)
            except EngineError as error:
                self.silent[name] = str(error)
            except TimedOut:
                self.silent[name] = f"it said nothing for {LIST_SECONDS:.0f} s"
            except Stopped:
                pass  # Nobody has waited for its answer.
            else:
                self.silent.pop(name, None)
                answering[name] = {str(one.instance): one for one in listed if one.instance}
        for name, resource in self._resources.items():
            there = answering.get(resource.engine.name, {})
            resource.found = there.get(name, resource.found)
        return answering

    def _note(self, resource: RunningResource, listed: State | None = None) -> bool:
        """Write down that something has died, if it has."""
        # A listing does not tell whether it ran out of memory.
        state = state_of(resource.engine, resource.found) or listed
        if state is None or not resource.died(state):
            return False
        # Whoever asks for the dead shows their logs, too.
        self.dead[resource.name] = mask_value(
            InstanceDied(
                at=time.time(),
                subject=resource.name,
                state=str(state),
                log=resource.tail(LOG_LINES),
            ),
            self._mask,
        )
        return True


def engines_lost(silent: Mapping[str, str]) -> list[EngineUnavailable]:
    """Return as errors which engines do not answer any more, by their names and why not."""
    return [
        EngineUnavailable(
            f"the engine {name} no longer answered when the tests ended: {why}", hint=RUN_AGAIN
        )
        for name, why in dict(silent).items()
    ]


def raise_if_dead(deaths: Sequence[InstanceDied]) -> None:
    """Raise ServiceDied, with the end of each log, if there are any."""
    if not deaths:
        return
    words = [
        died.words + "".join(f"\n    {one_line(line)}" for line in died.log) for died in deaths
    ]
    raise ServiceDied("\n".join(words), hint=RUN_AGAIN)

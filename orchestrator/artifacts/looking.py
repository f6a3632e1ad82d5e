"""Looks at what the resources of an environment did in a span of time: all at once, and not long.

An engine that does not answer costs its time once, and only so much; what it would have told is
said to be missing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from orchestrator.artifacts.at_once import at_once
from orchestrator.artifacts.dossier import Witness
from orchestrator.artifacts.log_lines import hidden
from orchestrator.artifacts.reading import Seen, Sizes, read
from orchestrator.artifacts.window import Window
from orchestrator.engines.engine import Clock, Engine
from orchestrator.errors import EngineError
from orchestrator.lifecycle.running import RunningResource
from orchestrator.lifecycle.view import View
from orchestrator.model.launch import Found, LogLine, State
from orchestrator.model.resource import Instance, Resource
from orchestrator.waiting import Deadline, Stopped, TimedOut

SECONDS = 2.0
"""How long one look may take in all."""

SECONDS_WHEN_SILENT = 0.3
"""The same while somebody did not answer the last time."""

OFF = 0.1
"""Seconds by which a clock may be off without anybody being told."""

Clean = Callable[[Sequence[str]], list[str]]
"""Makes lines fit to be shown, all of them together: a secret may stretch over several."""

Listed = Mapping[Instance, Found]


@dataclass
class Looker:
    """Looks at a run again and again; remembers who was there, and whose clock is off.

    `silent` are the engines that did not answer the last time.
    """

    clean: Clean
    silent: frozenset[str] = frozenset()
    _ids: dict[Instance, str] = field(default_factory=dict)
    _ahead: dict[str, tuple[float, float]] = field(default_factory=dict)

    def know(self, instances: Mapping[Instance, Found]) -> None:
        """Remember what is there now, so that what is made anew is seen to be."""
        for instance, found in instances.items():
            self._ids.setdefault(instance, found.id)

    def look(self, view: View, window: Window, sizes: Sizes) -> tuple[Witness, ...]:
        """Return what each resource did in the window, in the manifest's order."""
        until = Deadline.after(SECONDS_WHEN_SILENT if self.silent else SECONDS)
        resources = view.resources
        there = self._listed(view.run, resources.values(), until)
        sights = {name: Seen() for name in resources}
        jobs = {}
        for name, one in resources.items():
            found = there.get(one.engine.name, {}).get(one.instance)
            if found is not None:
                jobs[name] = self._reader(one.engine, found, window, sizes, sights[name], until)
        outcomes = at_once(jobs, until)
        mute = {resources[name].engine.name for name, one in outcomes.items() if is_late(one)}
        self.silent = frozenset({*mute, *(set(engines(resources.values())) - set(there))})
        seen = [
            self._witness(view, one, there.get(one.engine.name), sights[name], outcomes.get(name))
            for name, one in resources.items()
        ]
        tasks = {str(one.instance) for one in resources.values() if declared(view, one).is_task}
        return tuple(one for one in seen if not (one.silent and one.name in tasks))

    def _listed(
        self, run: str, resources: Iterable[RunningResource], until: Deadline
    ) -> dict[str, Listed]:
        """Return what the engines have of the run, by the names of those that answered."""
        there: dict[str, Listed] = {}

        def asker(engine: Engine) -> Callable[[], None]:
            def ask() -> None:
                if isinstance(engine, Clock) and engine.name not in self._ahead:
                    # Who does not tell the time may tell all else.
                    with suppress(EngineError):
                        self._ahead[engine.name] = engine.ahead(until)
                found = engine.list(until, run)
                there[engine.name] = {one.instance: one for one in found if one.instance}

            return ask

        at_once({name: asker(engine) for name, engine in engines(resources).items()}, until)
        return dict(there)

    def _reader(
        self,
        engine: Engine,
        found: Found,
        window: Window,
        sizes: Sizes,
        seen: Seen,
        until: Deadline,
    ) -> Callable[[], None]:
        """Return what reads a log and a state."""
        ahead, unsure = self._ahead.get(engine.name, (0.0, 0.0))
        own = dataclasses.replace(window, ahead=ahead, unsure=unsure)
        return lambda: read(engine, found, own, sizes, seen, until)

    def _witness(
        self,
        view: View,
        one: RunningResource,
        there: Listed | None,
        seen: Seen,
        outcome: BaseException | None,
    ) -> Witness:
        """Put together what was seen of one resource; `there` is None when nobody answered."""
        lines, state = tuple(seen.reading.lines), seen.state
        found = (there or {}).get(one.instance)
        if there is None:
            outcome = TimedOut()
        elif found is None and not declared(view, one).on:
            state = State("gone")
        notes = [*self._notes(one, found), *seen.notes, *failed(one.engine.name, outcome)]
        clean = self.clean([address(one), unwell(view, one, state), *notes])
        texts = [text for _, text in hidden(lines, self._cleaned)]
        return Witness(
            name=str(one.instance),
            address=clean[0],
            state=clean[1],
            lines=tuple(map(with_text, lines, texts)),
            left_out=seen.reading.count - len(lines),
            notes=tuple(clean[2:]),
        )

    def _cleaned(self, text: str) -> str:
        """Return many lines of one stream, fit to be shown."""
        return "\n".join(self.clean(text.split("\n")))

    def _notes(self, one: RunningResource, found: Found | None) -> Iterable[str]:
        """Yield what has to be known of a resource to understand its lines."""
        known = self._ids.get(one.instance)
        if found is not None and found.id != known:
            self._ids[one.instance] = found.id
            if known is not None:
                yield "was made anew since it was last looked at; its log before that is gone"
        ahead, _ = self._ahead.get(one.engine.name, (0.0, 0.0))
        if abs(ahead) > OFF:
            words = "ahead of" if ahead > 0 else "behind"
            yield (
                f"the clock of {one.engine.name} is {abs(ahead):.2f} s {words} this machine's: "
                "its times are given by the latter"
            )


def engines(resources: Iterable[RunningResource]) -> dict[str, Engine]:
    """Return the engines that these are on, by name."""
    return {one.engine.name: one.engine for one in resources}


def declared(view: View, one: RunningResource) -> Resource:
    """Return what the manifest says of a resource; a tenant, `on` another's server, has no log."""
    return view.manifest.resources[one.name]


def with_text(line: LogLine, text: str) -> LogLine:
    """Return a line with another text."""
    return LogLine(line.time, line.stream, text)


def is_late(outcome: BaseException | None) -> bool:
    """Whether somebody did not answer in time."""
    return isinstance(outcome, TimedOut)


def failed(engine: str, outcome: BaseException | None) -> list[str]:
    """Return in words what kept a log from being read to its end."""
    match outcome:
        case None:
            return []
        case TimedOut() | Stopped():
            return [f"{engine} did not answer in time: lines may be missing"]
        case EngineError(message=message):
            return [f"its log could not be read: {message}"]
    return [f"its log could not be read: {type(outcome).__name__}: {outcome}"]


def unwell(view: View, one: RunningResource, state: State | None) -> str:
    """Return a resource's state in words where it is not well; of what nobody knows, nothing."""
    if state is None or (state.ended_well and declared(view, one).is_task):
        return ""
    return str(state) if one.died(state) or state.health == "unhealthy" else ""


def address(one: RunningResource) -> str:
    """Return where the tests find a resource; empty where it has no address."""
    try:
        return one.url
    except AttributeError:
        return ""

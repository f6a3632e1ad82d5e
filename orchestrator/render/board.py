"""What is known of every resource and image of a run, gathered from the events."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from orchestrator.model.event import (
    Event,
    ImagesWanted,
    ProbeAnswered,
    RunStarted,
    StepBroke,
    StepDone,
    StepProgress,
    StepStarted,
)
from orchestrator.model.step_key import verb
from orchestrator.render import words

SEEDED = "ready and seeded"


class Phase(Enum):
    """How far something is."""

    WAITING = "waiting"
    ACTIVE = "active"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass
class Line:
    """One resource or image: its phase, what is happening to it, since when and until when."""

    name: str
    phase: Phase = Phase.WAITING
    words: str = ""
    began: float | None = None
    ended: float | None = None
    seeded: bool = False

    def seconds(self, now: float) -> float | None:
        """Return how long it has taken so far, None before it began."""
        if self.began is None:
            return None
        return max(0.0, (now if self.ended is None else self.ended) - self.began)

    def work(self, at: float, text: str) -> None:
        """Something is being done to it."""
        self.phase, self.words, self.ended = Phase.ACTIVE, text, None
        self.began = at if self.began is None else self.began

    def rest(self, at: float, phase: Phase, text: str) -> None:
        """What was being done to it is over."""
        self.phase, self.words, self.ended = phase, text, at


@dataclass
class Board:
    """All lines, by name, in the manifest's order; images behind, as they come."""

    title: str = ""
    lines: dict[str, Line] = field(default_factory=dict)
    waits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: frozenset[str] = frozenset()

    def see(self, event: Event) -> None:
        """Take in what happened."""
        match event:
            case RunStarted():
                self._begin(event)
            case ImagesWanted(name=name, images=images):
                self.title, self.lines = name, {image: Line(image) for image in images}
            case StepStarted(at=at, step=step) if self._shows(step):
                self._line(words.about(event.subject, step)).work(at, words.under_way(step))
            case StepProgress(at=at):
                self._line(event.subject).work(at, words.progress(event))
            case ProbeAnswered(at=at, answer=answer):
                self._line(event.subject).work(at, f"not ready yet: {answer}")
            case StepDone() if self._shows(event.step):
                self._done(event)
            case StepBroke(at=at, message=message):
                line = self._line(words.about(event.subject, event.step))
                line.rest(at, Phase.FAILED, message.partition("\n")[0])
            case _:
                pass

    def stop(self, at: float) -> None:
        """Nothing goes on from here: what was under way is not any more."""
        for line in self.lines.values():
            if line.phase is Phase.ACTIVE:
                line.rest(at, Phase.STOPPED, "stopped")

    def waiting_for(self, line: Line) -> str:
        """Return in words what a line waits for."""
        others = [
            words.short(name)
            for name in self.waits.get(line.name, ())
            if name not in self.lines or self.lines[name].phase is not Phase.DONE
        ]
        return f"waiting for {', '.join(others)}" if others else "waiting"

    def _begin(self, event: RunStarted) -> None:
        self.title = " · ".join([event.name, f"run {event.run}", *event.engines])
        self.lines = {name: Line(name) for name in event.resources}
        self.waits = dict(event.waits)
        self.tasks = frozenset(event.tasks)

    def _shows(self, step: str) -> bool:
        """Whether a step has a line: places and the relay have one only when they fail."""
        verb, _, subject = step.partition(" ")
        return verb != "open" and (verb != "start" or subject in self.lines)

    def _line(self, name: str) -> Line:
        return self.lines.setdefault(name, Line(name))

    def _done(self, event: StepDone) -> None:
        line, text = self._line(event.subject), words.done(event.step)
        match verb(event.step):
            case "start" | "restore" | "keep":
                line.work(event.at, text)
            case "build":
                # Its resource has not begun yet, and says again what it waits for.
                line.rest(event.at, Phase.WAITING, text)
            case "seed":
                line.seeded = True
                line.rest(event.at, Phase.DONE, SEEDED)
            case "template" | "snapshot" | "store":
                line.rest(event.at, Phase.DONE, SEEDED if line.seeded else words.done("ready"))
            case "ready":
                task = event.subject in self.tasks
                line.rest(event.at, Phase.DONE, words.done(event.step, task=task))
            case _:
                line.rest(event.at, Phase.DONE, text)

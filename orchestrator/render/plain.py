"""One line for each thing that matters, with the time since the beginning: for logs."""

from __future__ import annotations

import threading
from typing import Protocol

from orchestrator.model import step_key
from orchestrator.model.event import (
    Event,
    ImagesWanted,
    InstanceDied,
    ProbeAnswered,
    RunStarted,
    StepBroke,
    StepDone,
    StepProgress,
    StepStarted,
    StepStopped,
)
from orchestrator.model.printable import one_line, printable
from orchestrator.render import words

QUIET_SECONDS = 10.0
"""A long step says how far it is this often, so that no CI system takes the silence for a hang."""

IMAGES = ("pull", "push", "build")


class Lines(Protocol):
    """Where text goes, in whole lines."""

    def write(self, text: str, /) -> object:
        """Take lines."""

    def flush(self) -> object:
        """Let all of them be seen."""


class Plain:
    """Writes lines and never takes one back; `verbose` adds causes and what probes are answered."""

    def __init__(self, stream: Lines, *, verbose: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._lock = threading.Lock()
        self._began: float | None = None
        self._width = 0
        self._tasks: frozenset[str] = frozenset()
        self._heard: dict[str, float] = {}
        self._kept: set[str] = set()

    def show(self, event: Event) -> None:
        """Write what there is to say about an event, which may be nothing."""
        with self._lock:
            self._began = event.at if self._began is None else self._began
            if isinstance(event, RunStarted):
                self._begin(event)
            elif isinstance(event, ImagesWanted):
                self._width = max(map(len, event.images), default=0)
            for line in self._lines(event):
                self._write(line)

    def say(self, text: str) -> None:
        """Write a sentence."""
        self._write(text)

    def close(self) -> None:
        """Nothing is left to write."""

    def _begin(self, event: RunStarted) -> None:
        self._began = event.at
        self._width = max(map(len, event.resources), default=0)
        self._tasks = frozenset(event.tasks)

    def _write(self, line: str) -> None:
        self._stream.write(printable(line) + "\n")
        self._stream.flush()

    def _lines(self, event: Event) -> list[str]:
        match event:
            case RunStarted(name=name, run=run, engines=engines):
                return [", ".join([f"{name}: run {run}", *engines])]
            case StepStarted() | StepProgress() | ProbeAnswered():
                return self._on_the_way(event)
            case StepDone():
                return self._done(event)
            case StepBroke(message=message):
                first = message.partition("\n")[0]
                return [
                    self._line(event.at, words.about(event.subject, event.step), f"FAILED: {first}")
                ]
            case StepStopped():
                return self._stopped(event)
            case InstanceDied(state=state, log=log):
                lines = [f"DIED: {state}", *(f"  {one_line(line)}" for line in log)]
                return [self._line(event.at, event.subject, line) for line in lines]
            case _:
                return words.whole(event)

    def _on_the_way(self, event: StepStarted | StepProgress | ProbeAnswered) -> list[str]:
        match event:
            case StepStarted(cause=cause) if self._verbose:
                text = f"{words.under_way(event.step)}, because {cause}"
            case StepStarted() if step_key.verb(event.step) in IMAGES:
                text = words.under_way(event.step)
            case StepProgress() if self._time_to_hear_of(event):
                text = words.progress(event)
            case ProbeAnswered(answer=answer) if self._verbose:
                text = f"answer: {answer}"
            case _:
                return []
        self._heard[event.step] = event.at
        return [self._line(event.at, words.about(event.subject, event.step), text)]

    def _stopped(self, event: StepStopped) -> list[str]:
        """Say what a step had come to, which may be why somebody lost patience."""
        subject = words.about(event.subject, event.step)
        return [self._line(event.at, subject, line) for line in words.stopped(event)]

    def _time_to_hear_of(self, event: StepProgress) -> bool:
        return event.at - self._heard.setdefault(event.step, event.at) >= QUIET_SECONDS

    def _done(self, event: StepDone) -> list[str]:
        verb = step_key.verb(event.step)
        if verb == "keep":
            self._kept.add(event.subject)
        quiet = verb in ("open", "keep", *step_key.REMOVAL) or event.subject in self._kept
        if quiet and not self._verbose:
            return []
        text = words.done(event.step, task=event.subject in self._tasks)
        if verb not in ("start", "restore"):
            text += f" ({words.seconds(event.seconds)})"
        return [self._line(event.at, words.about(event.subject, event.step), text)]

    def _line(self, at: float, subject: str, text: str) -> str:
        elapsed = max(0.0, at - (self._began or at))
        return f"{elapsed:6.2f}s  {subject:<{self._width}}  {text}"

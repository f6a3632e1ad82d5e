"""Runs all combinations, some of them at the same time."""

from __future__ import annotations

import math
import os
import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.artifacts import record
from orchestrator.artifacts.folder import Folder
from orchestrator.ci.matrix.child import Child
from orchestrator.ci.matrix.combination import Combination
from orchestrator.ci.matrix.outcome import Outcome
from orchestrator.ci.matrix.screen import Screen
from orchestrator.errors import NotKept, UsageError
from orchestrator.waiting import NOTICE

PATIENCE = 9.0
"""Seconds that runs have after the first signal, of the ten that CI systems give us."""

QUIET = 240.0
"""Seconds after which it is said that nothing has happened: some systems end a silent job."""

Arguments = Callable[[Combination, Path], list[str]]
"""The command line of a combination's run, with the folder for its artifacts."""


@dataclass
class Running:
    """Runs combinations, at most `at_once` of them at the same time.

    `tell` may be called from a signal's handler. With `fail_fast` the first failure ends all. What
    has ended stands in `outcomes`.
    """

    combinations: Sequence[Combination]
    at_once: int
    folder: Path
    arguments: Arguments
    screen: Screen
    fail_fast: bool = False
    patience: float = PATIENCE
    quiet: float = QUIET
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    interrupted: int | None = None

    def __post_init__(self) -> None:
        self._news: queue.SimpleQueue[Child | int] = queue.SimpleQueue()
        self._waiting = deque(self.combinations)
        self._running: list[Child] = []
        self._until = math.inf

    def tell(self, number: int) -> None:
        """Somebody wants us to end: so do all runs, and those that wait do not begin."""
        self._news.put(number)

    def run(self) -> list[Outcome]:
        """Run all of them, and return how each ended, in the order given."""
        while self._waiting or self._running:
            while self._waiting and len(self._running) < self.at_once:
                self._start(self._waiting.popleft())
            if len(self._running) == 1 and (self.at_once == 1 or not self._waiting):
                self._running[0].output.show_live()
            self._heed()
        return [self.outcomes.get(one.number, Outcome(one)) for one in self.combinations]

    def _start(self, combination: Combination) -> None:
        folder = Folder(self.folder / combination.folder)
        title = self._title(combination)
        arguments = self.arguments(combination, folder.path)
        try:
            folder.prepare()
            output = self.screen.output(title, folder.console)
            try:
                child = Child(combination, arguments, os.environ, output, self._news.put)
            except OSError:
                output.close()
                raise
        except (OSError, UsageError) as error:
            self.outcomes[combination.number] = Outcome(combination, NotKept.exit_code)
            words = error.strerror if isinstance(error, OSError) else error.message
            self.screen.say(f"{title}: cannot be started: {words}")
            return
        if self.at_once > 1:
            self.screen.say(f"{title}: started")
        self._running.append(child)

    def _heed(self) -> None:
        """Wait for something to happen, and do what is to be done then."""
        if not self._running:
            return
        match self._next():
            case None:
                self._nothing_new()
            case Child() as child:
                self._ended(child)
            case number:
                self._interrupt(number)

    def _next(self) -> Child | int | None:
        """Wait for what happens next; None when nothing did for so long that it has to be said.

        A signal that arrives just before a wait begins is noticed only when that is over, and so
        each is short.
        """
        until = min(time.monotonic() + self.quiet, self._until)
        while True:
            left = max(0.0, until - time.monotonic())
            try:
                return self._news.get(timeout=min(NOTICE, left))
            except queue.Empty:
                if left <= NOTICE:
                    return None

    def _nothing_new(self) -> None:
        """End what has had its time; else say that we are still there."""
        if time.monotonic() >= self._until:
            self._until = math.inf
            for child in self._running:
                child.kill()
        elif not any(child.output.live for child in self._running):
            names = ", ".join(child.combination.name for child in self._running)
            self.screen.say(f"still running: {names}")

    def _interrupt(self, number: int) -> None:
        if self.interrupted is not None:
            return
        self.interrupted = number
        self._until = time.monotonic() + self.patience
        self._waiting.clear()
        self.screen.say("interrupted; everything is being removed")
        for child in self._running:
            child.tell(number)

    def _ended(self, child: Child) -> None:
        self._running.remove(child)
        told = record.read(Folder(self.folder / child.combination.folder))
        stopped = child.stopped and child.code != 0
        outcome = Outcome(child.combination, child.code, child.taken, told, stopped)
        self.outcomes[child.combination.number] = outcome
        child.output.end(well=outcome.passed)
        self.screen.say(f"{self._title(child.combination)}: {outcome.words}")
        if self.fail_fast and outcome.failed and self.interrupted is None:
            self._stop()

    def _stop(self) -> None:
        """One has failed, and that is enough."""
        self._waiting.clear()
        for child in self._running:
            child.stop()

    def _title(self, combination: Combination) -> str:
        return f"[{combination.number}/{len(self.combinations)}] {combination.name}"

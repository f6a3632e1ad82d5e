"""Performs the trials of a part, several at a time, and gathers what came of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chaos.parts import Part

Tell = Callable[[str], None]


@dataclass
class Gathered:
    """What came of a part. `failures` are lines, each with the name of its trial first."""

    part: Part
    results: list[Any] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Campaign:
    """Performs trials; what cannot even be tried is a failure too."""

    def __init__(self, workers: int, tell: Tell) -> None:
        self._workers = workers
        self._tell = tell
        self._lock = threading.Lock()

    def perform(self, part: Part) -> Gathered:
        """Perform all trials of a part."""
        gathered = Gathered(part)
        workers = 1 if part.alone else self._workers
        pool = ThreadPoolExecutor(workers)
        try:
            list(pool.map(lambda trial: self._one(trial, gathered), part.trials))
        finally:
            pool.shutdown(cancel_futures=True)
        return gathered

    def _one(self, trial: Any, gathered: Gathered) -> None:
        result, failures = attempt(trial, gathered.part)
        with self._lock:
            if result is not None:
                gathered.results.append(result)
            gathered.failures += [f"{trial}\n    {failure}" for failure in failures]
            done, all_ = len(gathered.results), len(gathered.part.trials)
            self._tell(f"{done} of {all_}: {trial}{': ' if failures else ''}{', '.join(failures)}")


def attempt(trial: Any, part: Part) -> tuple[Any, Sequence[str]]:
    """Return a trial's result, and what is not well with it."""
    try:
        result = part.perform(trial)
    except Exception as error:
        return None, [f"could not be tried: {type(error).__name__}: {error}"]
    return result, list(part.failures(result))

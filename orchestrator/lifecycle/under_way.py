"""What is under way, for the moment at which somebody wants the run to end.

A CI system that ends a job after its time tells nobody what the job was waiting for. We do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from orchestrator.engines.engine import Engine
from orchestrator.errors import Evidence
from orchestrator.lifecycle.evidence import state_of, tail_of
from orchestrator.lifecycle.executor import Tell
from orchestrator.model.event import (
    Event,
    ProbeAnswered,
    StepBroke,
    StepDone,
    StepStarted,
    StepStopped,
)
from orchestrator.model.launch import Found
from orchestrator.model.resource import Instance

LOG_LINES = 5
LOG_SECONDS = 1.0
"""Whoever wants us to end gives us about ten seconds for everything."""


class UnderWay:
    """Listens to what begins and ends, and remembers what was neither done nor failed."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._steps: dict[str, StepStarted] = {}
        self._answers: dict[str, str] = {}

    def tell(self, event: Event) -> None:
        """Take in an event, and tell it on."""
        with self._lock:
            match event:
                case StepStarted(step=step):
                    self._steps[step] = event
                case StepDone(step=step) | StepBroke(step=step):
                    self._steps.pop(step, None)
                case ProbeAnswered(step=step, answer=answer):
                    self._answers[step] = answer
        self._tell(event)

    def tell_stopped(self, engines: Mapping[str, Engine], found: Mapping[Instance, Found]) -> None:
        """Tell of each step that was under way what it had come to."""
        instances = {str(instance): thing for instance, thing in found.items()}
        steps = list(self._steps.values())
        if not steps:
            return
        with ThreadPoolExecutor(len(steps)) as pool:
            for event in pool.map(lambda one: self._stopped(one, engines, instances), steps):
                self._tell(event)

    def _stopped(
        self, step: StepStarted, engines: Mapping[str, Engine], found: Mapping[str, Found]
    ) -> StepStopped:
        thing, state, log = found.get(step.subject), None, tuple[str, ...]()
        if thing:
            engine = engines[thing.engine]
            state = state_of(engine, thing, LOG_SECONDS)
            log = tail_of(engine, thing, LOG_LINES, LOG_SECONDS)
        evidence = Evidence(
            seconds=time.time() - step.at,
            answer=self._answers.get(step.step, ""),
            state=str(state or ""),
            log=log,
        )
        return StepStopped(at=time.time(), step=step.step, subject=step.subject, evidence=evidence)

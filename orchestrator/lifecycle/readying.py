"""Waits until an instance is ready, and says what is known when it does not come to that."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from orchestrator.addressing.resolve import (
    Escape,
    address_of,
    as_text,
    client_env,
    in_json,
    resolve,
)
from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError, Evidence, StepFailed
from orchestrator.lifecycle.evidence import LOG_SECONDS, LONGER, OVER, state_of, tail_of
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.listening import Elsewhere, elsewhere, occupied
from orchestrator.model.event import ProbeAnswered
from orchestrator.model.launch import Found, State
from orchestrator.model.probe import Dialogue, Exec, Exit, Http, Probe, Readiness, Tcp
from orchestrator.model.step import Ready
from orchestrator.model.template import Template
from orchestrator.probes import Died, NotYet, Target, wait_ready
from orchestrator.waiting import Deadline

LOOK = "its log says why; --keep failed leaves it as it is, to look inside"

LOOK_SECONDS = 0.5
"""How long an engine may take to say how something is doing when others have failed already."""

REFUSAL = re.compile(r"HTTP [34]\d\d")
"""Answers that more time does not change: no such page, or elsewhere, or not for us."""


@dataclass(frozen=True)
class Readying:
    """One waiting for one instance: who is asked, and who is told."""

    step: Ready
    found: Found
    engine: Engine
    directory: Directory
    tell: Tell
    limit: Deadline

    def wait(self) -> None:
        """Wait. Raises StepFailed, with all that is known, if it ends or time runs out.

        One that `may_exit` is as good as ready when it has ended well.
        """
        began = time.monotonic()
        readiness = dataclasses.replace(self.step.readiness, probe=self.probe())
        deadline = self.limit.sooner(self.step.timeout)
        try:
            wait_ready(readiness, self.target(deadline), deadline, self.answered)
        except Died as died:
            if self.may_have_ended(died.state):
                self.answered(str(died.state))
                return
            raise self.dead(self.evidence(began, died.answer, died.state), died.state) from died
        except NotYet as late:
            raise self.late(began, late.answer) from late

    def look(self) -> StepFailed | None:
        """Return the failure of what has died while others failed; None where it has not."""
        if self.directory.of(self.step.instance).adopted:
            return None
        state = state_of(self.engine, self.found, LOOK_SECONDS)
        if state is None or state.alive or self.may_have_ended(state):
            return None
        log = tail_of(self.engine, self.found, seconds=LOOK_SECONDS)
        return self.dead(Evidence(state=str(state), log=log), state)

    def may_have_ended(self, state: State) -> bool:
        """Whether this end is as good as being ready, or is what was waited for."""
        match self.step.readiness.probe:
            case Exit(code=code) if state.exit_code == code:
                return True
        return self.directory.of(self.step.instance).may_exit and state.ended_well

    def dead(self, evidence: Evidence, state: State) -> StepFailed:
        """Return the failure of what has ended, and should not have."""
        words, hint = self.ended(state), self.after_death(state)
        return StepFailed(self.step.key, words, evidence=evidence, hint=hint)

    def target(self, deadline: Deadline) -> Target:
        """Return what the probes are asked of."""

        def address(port: str | None) -> tuple[str, int]:
            found = address_of(self.step.instance, None, self.directory, port)
            return found.host, found.port

        env = client_env(self.step.instance, self.directory)
        # What ends the wait ends this look, too.
        aside = partial(self.aside, deadline)
        return Target(address, self.engine, self.found, deadline, env, aside=aside)

    def probe(self) -> Probe:
        """Return the probe with its references answered: from the tests' side, or inside."""
        match self.step.readiness.probe:
            case Http(headers=headers) as probe:
                told = {name: self.text(value) for name, value in headers.items()}
                return dataclasses.replace(probe, headers=told)
            case Dialogue(send=send, escape=escape) as probe:
                said = self.text(send, escape=in_json if escape else as_text)
                return dataclasses.replace(probe, send=said)
            case Exec(argv=argv) as probe:
                words = tuple(self.text(word, inside=True) for word in argv)
                return dataclasses.replace(probe, argv=words)
            case probe:
                return probe

    def text(
        self, template: Template, *, inside: bool = False, escape: Escape = as_text
    ) -> Template:
        """Return the template with nothing left to answer."""
        asker = self.step.instance if inside else None
        words = resolve(template, asker, self.directory, of=self.step.instance, escape=escape)
        return Template.literal(words)

    def answered(self, answer: str) -> None:
        """Tell what the probe was answered."""
        step = self.step
        self.tell(ProbeAnswered(at=time.time(), step=step.key, subject=step.subject, answer=answer))

    def ended(self, state: State) -> str:
        """Return in words that the instance has ended, and what was expected of it instead."""
        match self.step.readiness.probe:
            case Exit(code=code):
                return f"{self.step.instance} {state}; it should have exited with code {code}"
            case _:
                return f"{self.step.instance} {state} before it was ready"

    def after_death(self, state: State) -> str:
        """Return what to do when the instance has ended."""
        resource = self.directory.of(self.step.instance)
        if state.out_of_memory and resource.limits.memory:
            had = resource.limits.memory / 1024**2
            return f"give {resource.name} more than the {had:.4g}m of its `limits: {{memory: ...}}`"
        if state.status != "exited":
            return ""
        return self.occupied(Deadline.after(LOG_SECONDS)) or LOOK

    def late(self, began: float, answer: str) -> StepFailed:
        """Return the failure for time that ran out: its own, or that for everything."""
        given = self.directory.of(self.step.instance).adopted
        # Of what runs elsewhere nobody here knows how it is doing.
        state = None if given else state_of(self.engine, self.found)
        waited = "has not exited" if isinstance(self.step.readiness.probe, Exit) else "is not ready"
        seconds, over = self.step.timeout, ""
        hint = f"if it needs more time, give {self.step.instance.resource} a longer `timeout:`"
        if given:
            hint = f"see that it runs, and that {given} can be reached from here"
        if self.limit.passed:
            seconds, over, hint = time.monotonic() - began, f", when {OVER}", LONGER
        hint = self.cause(answer, state) or hint
        return StepFailed(
            self.step.key,
            f"{self.step.instance}{f' at {given}' if given else ''} {waited} "
            f"after {seconds:.3g} s{over}",
            evidence=self.evidence(began, answer, state),
            hint=hint,
        )

    def cause(self, answer: str, state: State | None) -> str:
        """Return what to do about a cause that more time does not change; nothing if unknown."""
        probe = self.step.readiness.probe
        if words := refused(probe, answer):
            return words
        if state is None or state.status != "running":
            return ""
        limit = Deadline.after(LOG_SECONDS)
        if words := self.occupied(limit):
            return words
        seen = self.elsewhere(limit)
        return seen.advice if seen else ""

    def occupied(self, limit: Deadline) -> str:
        """Say what to do when somebody else has the instance's port, if it is so."""
        return occupied(self.step.instance, self.found, self.engine, self.directory, limit)

    def aside(self, limit: Deadline) -> str:
        """Say in a few words where the instance listens instead, if it does."""
        return str(self.elsewhere(limit) or "")

    def elsewhere(self, limit: Deadline) -> Elsewhere | None:
        """Look where the instance listens instead of where it is asked."""
        step, deadline = self.step, limit.sooner(LOG_SECONDS)
        return elsewhere(
            step.readiness.probe, step.instance, self.found, self.engine, self.directory, deadline
        )

    def evidence(self, began: float, answer: str, state: State | None) -> Evidence:
        """Return all that is known of the instance now."""
        return Evidence(
            seconds=time.monotonic() - began,
            answer=answer,
            state=str(state or ""),
            log=tail_of(self.engine, self.found),
        )


def refused(probe: Probe, answer: str) -> str:
    """Return what to do where it answers all the time, and only not what was asked; or nothing."""
    if isinstance(probe, Http) and REFUSAL.fullmatch(answer):
        return (
            f"it answers {probe.path} with {answer}: see that `ready` names a path that it has, "
            "or the `status` that it means"
        )
    return ""


def wait_for_relay(
    engine: Engine, relay: Found, addresses: Sequence[tuple[str, int]], deadline: Deadline
) -> None:
    """Wait until the relay accepts on each address. Raises EngineError when it ends instead."""
    for address in addresses:
        target = Target(lambda _port, at=address: at, engine, relay, deadline)  # type: ignore[misc]
        try:
            wait_ready(Readiness(Tcp()), target, deadline, lambda _answer: None)
        except Died as died:
            words = "\n".join(tail_of(engine, relay))
            raise EngineError(f"the relay {died.state}: {words}") from died

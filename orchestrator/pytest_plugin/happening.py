"""What happened to an environment, in the words of a test's dossier."""

from __future__ import annotations

from orchestrator.model.event import Event, InstanceDied, Noticed, StepBroke, StepDone
from orchestrator.render.words import about, done, seconds


def in_words(event: Event) -> str:
    """Return an event in a line; empty for what a test need not know."""
    match event:
        case InstanceDied(subject=subject, state=state):
            return f"{subject} DIED: {state}"
        case StepDone(step=step, subject=subject, seconds=taken):
            return f"{about(subject, step)}: {done(step)}, after {seconds(taken)}"
        case StepBroke(step=step, subject=subject, message=message):
            return f"{about(subject, step)}: FAILED: {message}"
        case Noticed(text=text):
            return text
    return ""

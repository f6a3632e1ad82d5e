"""What happened to an environment, in the words of a test's dossier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.artifacts.dossier import Happening
from orchestrator.artifacts.window import Window
from orchestrator.model.event import Event, InstanceDied, Noticed, StepBroke, StepDone
from orchestrator.pytest_plugin.running import Running
from orchestrator.render.words import about, done, seconds


def happened(
    running: Running, told: Iterable[Event], ready_at: float, window: Window
) -> Iterator[Happening]:
    """Yield what this process knows to have happened while a test ran.

    `told` are the events of all tests. The environment is up since `ready_at`, 0 if it was before.
    """
    for event in told:
        if window.began <= event.at <= window.ended and (text := in_words(event)):
            yield Happening(at=event.at, text=text)
    if ready_at and running.began < ready_at <= window.ended:
        text = "the environment is up; all that was before belongs to no test"
        yield Happening(at=ready_at, text=text)
    if running.asked:
        yield of_slice(running, window.ended)


def of_slice(running: Running, until: float) -> Happening:
    """Return what became of the slice that a test has asked for."""
    if not running.got:
        text = f"asked for a slice, and waited {until - running.asked:.2f} s in vain"
        return Happening(at=running.asked, text=text)
    made = running.slice
    took = f"; making it took {made.seconds:.2f} s" if made and made.seconds else ""
    text = f"its slice was there after {running.got - running.asked:.2f} s{took}"
    return Happening(at=running.got, text=text)


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

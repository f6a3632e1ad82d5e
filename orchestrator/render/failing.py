"""What went wrong, as text and as an exit code: the cause first, the evidence, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from orchestrator.errors import (
    EngineError,
    GreenroomError,
    Interrupted,
    ManifestError,
    Problem,
    StepFailed,
)
from orchestrator.model.printable import one_line
from orchestrator.render.colours import Paint, plainly
from orchestrator.render.words import seconds
from orchestrator.waiting import SILENT, TimedOut

BUG = 70

DEBUG = "GREENROOM_DEBUG"
"""The variable with which what goes wrong is shown as Python shows it."""

LOG_LINES = 12
LABEL = 13

SCREEN = 24
"""Lines of the smallest screen; of several failures, each has its share of them."""

MOST_IN_FULL, MOST_IN_LINES = 3, 2
"""Failures that are shown with their evidence, and those of which a line each is shown behind."""

Places = Callable[[BaseException], Sequence[str]]
"""Says which places in the user's files an error is about."""


def nowhere(_error: BaseException) -> Sequence[str]:
    """Name no place."""
    return ()


REPORT = (
    f"run it again with {DEBUG}=1, and report what that prints, your manifest and "
    "`greenroom --version` to Greenroom's maintainers"
)


def exit_code(error: BaseException) -> int:
    """Return what the shell is told."""
    match error:
        case Interrupted():
            return error.code
        case KeyboardInterrupt():
            return 130
        case GreenroomError():
            return error.exit_code
        case TimedOut():
            return EngineError.exit_code
        case _:
            return BUG


def as_text(error: BaseException, paint: Paint = plainly, places: Places = nowhere) -> str:
    """Return all there is to say about an error; empty when it needs no words.

    Of what failed at the same time, each is shown with its cause, the first one first, and all of
    it fits on a screen. `places` says where in the user's files a failed step has its cause.
    """
    others = error.others if isinstance(error, StepFailed) else ()
    shown = [error, *others][:MOST_IN_FULL]
    room = SCREEN // len(shown) - 1 if others else None
    lines = [line for one in shown for line in parts(one, paint, places, room)]
    lines += rest([one.message for one in others[MOST_IN_FULL - 1 :]], paint)
    return "\n".join([*lines, *(f"also: {note}" for note in notes(error))])


def rest(messages: Sequence[str], paint: Paint) -> Iterator[str]:
    """Yield in a line each what failed too; of many the first ones, and how many more there are."""
    for message in messages[:MOST_IN_LINES]:
        yield f"{paint('red', 'error:')} {one_line(message.splitlines()[0])}"
    if len(messages) > MOST_IN_LINES:
        yield f"and {len(messages) - MOST_IN_LINES} more failed"


def parts(
    error: BaseException, paint: Paint, places: Places, room: int | None = None
) -> Iterator[str]:
    """Yield the lines of an error: what, evidence, next; at most about `room` of them."""
    match error:
        case KeyboardInterrupt() | Interrupted():
            return
        case ManifestError(problems=problems):
            yield from map(str, problems)
            yield f"{paint('red', 'error:')} {counted(problems)}"
        case GreenroomError(message=message):
            next_ = list(following(error.hint or default_hint(error), paint))
            known, log = evidence(error, paint, places(error)), logged(error)
            free = LOG_LINES if room is None else room - len(known) - len(next_)
            said = message if room is None else fitted(message, max(1, free - min(3, len(log))))
            if room is not None:
                free = max(min(1, len(log)), free - said.count("\n") - 1)
            yield f"{paint('red', 'error:')} {said}"
            yield from known
            tail = enumerate(log[-free:] if free else ())
            yield from (labelled("" if number else "log", one, paint) for number, one in tail)
            yield from next_
        case TimedOut():
            yield f"{paint('red', 'error:')} not done in time: {error}".removesuffix(": ")
            yield from following(SILENT, paint)
        case _:
            name = type(error).__name__
            yield f"{paint('red', 'error:')} this is a bug in Greenroom: {name}: {error}"
            yield from following(REPORT, paint)


def fitted(message: str, room: int) -> str:
    """Return a message in so many lines: its first one, and its end, where most clients say why."""
    lines = message.splitlines()
    if len(lines) <= room:
        return message
    if room < 3:
        return "\n".join(lines[:room])
    return "\n".join([lines[0], "  ...", *lines[-(room - 2) :]])


def notes(error: BaseException) -> list[str]:
    """Return what was added to an error on its way up, such as what could not be removed."""
    return list(getattr(error, "__notes__", []))


def following(hint: str, paint: Paint) -> Iterator[str]:
    """Yield what to do next."""
    if hint:
        yield f"{paint('bold', 'next:')} {hint}"


def default_hint(error: GreenroomError) -> str:
    """Return what to do next where nobody knew better."""
    if isinstance(error, StepFailed) and error.step.startswith("ready "):
        return "with -v, Greenroom shows why it takes each step and what every probe is answered"
    return ""


def counted(problems: list[Problem]) -> str:
    """Return how many mistakes there are, and where."""
    files = sorted({problem.file for problem in problems})
    return f"{len(problems)} mistake{'s' if len(problems) > 1 else ''} in {', '.join(files)}"


def evidence(error: GreenroomError, paint: Paint, places: Sequence[str]) -> list[str]:
    """Return where it was and what was known about the step, each under its label; no log."""
    where = [labelled("at", ", ".join(places), paint)] if places else []
    if not isinstance(error, StepFailed):
        return where
    known = error.evidence
    after = f", after {seconds(known.seconds)}" if known.seconds else ""
    step = labelled("step", f"{error.step}{after}", paint)
    return [*where, step, *(labelled(label, text, paint) for label, text in known.facts)]


def logged(error: GreenroomError) -> Sequence[str]:
    """Return the log that belongs to a failed step: its instance's, or that of a build."""
    if not isinstance(error, StepFailed):
        return ()
    found: Sequence[str] = error.evidence.log or getattr(error.__cause__, "log", ())
    return found


def labelled(label: str, text: str, paint: Paint = plainly) -> str:
    """Return a line of evidence; the texts stand below one another."""
    return f"  {paint('dim', label.ljust(LABEL))}{one_line(text)}"

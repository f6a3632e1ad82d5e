"""What went wrong, as text and as an exit code: the cause first, the evidence, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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


def as_text(error: BaseException, paint: Paint = plainly, places: Sequence[str] = ()) -> str:
    """Return all there is to say about an error; empty when it needs no words.

    `places` are those in the user's files that a failed step is about.
    """
    lines = [*parts(error, paint, places), *(f"also: {note}" for note in notes(error))]
    return "\n".join(lines)


def parts(error: BaseException, paint: Paint, places: Sequence[str]) -> Iterator[str]:
    """Yield the lines of an error: what, evidence, next."""
    match error:
        case KeyboardInterrupt() | Interrupted():
            return
        case ManifestError(problems=problems):
            yield from map(str, problems)
            yield f"{paint('red', 'error:')} {counted(problems)}"
        case GreenroomError(message=message):
            yield f"{paint('red', 'error:')} {message}"
            yield from evidence(error, paint, places)
            yield from following(error.hint or default_hint(error), paint)
        case TimedOut():
            yield f"{paint('red', 'error:')} not done in time: {error}".removesuffix(": ")
            yield from following(SILENT, paint)
        case _:
            name = type(error).__name__
            yield f"{paint('red', 'error:')} this is a bug in Greenroom: {name}: {error}"
            yield from following(REPORT, paint)


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


def evidence(error: GreenroomError, paint: Paint, places: Sequence[str]) -> Iterator[str]:
    """Yield what was known about a step when it failed, each part under its label."""
    if not isinstance(error, StepFailed):
        return
    known = error.evidence
    after = f", after {seconds(known.seconds)}" if known.seconds else ""
    if places:
        yield labelled("at", ", ".join(places), paint)
    yield labelled("step", f"{error.step}{after}", paint)
    if known.answer:
        yield labelled("last answer", known.answer, paint)
    if known.state:
        yield labelled("state", known.state, paint)
    log = known.log or getattr(error.__cause__, "log", ())
    for number, line in enumerate(log[-LOG_LINES:]):
        yield labelled("log" if number == 0 else "", line, paint)


def labelled(label: str, text: str, paint: Paint = plainly) -> str:
    """Return a line of evidence; the texts stand below one another."""
    return f"  {paint('dim', label.ljust(LABEL))}{one_line(text)}"

"""What `up`, `run` and `down` have in common: events are shown, signals lead to removal."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.signals import Ended, Signals, os_exit
from orchestrator.errors import Interrupted, UsageError
from orchestrator.model.event import Event, StepBroke
from orchestrator.render.display import Display, display

if TYPE_CHECKING:
    from orchestrator.environment import Environment

STDOUT = "-"

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Why a file takes no more, although somebody wants to read it."""


class Session:
    """Listens to everything that happens while one command runs.

    `listen` never raises: a display that breaks, because its terminal is gone, must not keep
    anything from being removed.
    """

    def __init__(self, displays: list[Display], *, one_is_all: bool = False) -> None:
        self._displays = displays
        self.signals = Signals(self.say, self.leave, one_is_all=one_is_all)

    def listen(self, event: Event) -> None:
        """Take in one event and show it."""
        if isinstance(event, StepBroke):
            # What follows a failure is removal, and nothing is to interrupt it.
            self.signals.removing = True
        for shown in list(self._displays):
            try:
                shown.show(event)
            except Exception as error:
                # It may have broken for several threads at the same time.
                with suppress(ValueError):
                    self._displays.remove(shown)
                self._lament(error)

    def _lament(self, error: Exception) -> None:
        """Say that a display broke, unless it is only that nobody looks at it any more."""
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            self.say(f"what happens is not written to its end: {error.strerror}")
        elif not isinstance(error, OSError | ValueError):
            self.say(f"a display of events broke: {type(error).__name__}: {error}")

    def say(self, text: str) -> None:
        """Say a sentence; may be called from a signal handler."""
        for shown in list(self._displays):
            try:
                shown.say(text)
            except RuntimeError:
                # It was writing when the signal came, and cannot begin anew in the midst of that.
                with suppress(OSError):
                    os.write(sys.stderr.fileno(), f"{text}\n".encode())
            except (OSError, ValueError):
                continue

    def leave(self, number: int) -> None:
        """End at once, with the terminal in order; called from a signal handler."""
        for shown in self._displays:
            with suppress(Exception):
                shown.close()
        os_exit(number)

    def removed(self, environment: Environment, error: BaseException) -> None:
        """Remove what an interrupted environment has left; what stays is noted on the error.

        An environment removes itself when its way up fails. What an interrupt can tear apart is
        the moment between its last step and its knowing that it is up.
        """
        from orchestrator.errors import GreenroomError, StepFailed

        self.signals.removing = True
        try:
            environment.down(failed=True, hurry=not isinstance(error, StepFailed))
        except GreenroomError as left:
            error.add_note(f"{left.message}\n{left.hint}".rstrip())


@contextmanager
def session(
    *,
    events: str | None = None,
    verbose: bool = False,
    timeline: bool = False,
    shown: Sequence[Display] = (),
    one_is_all: bool = False,
) -> Iterator[Session]:
    """Open what shows events and catch signals, for as long as the block runs.

    `events` is the file that gets every event as a line of JSON, `-` for stdout. `shown` stand in
    the place of what is shown on stderr otherwise; with `timeline` the way up is drawn there, too,
    when it is over. With `one_is_all`, only the first signal counts.
    """
    with ExitStack() as stack:
        displays = list(shown) or [display(sys.stderr, os.environ, verbose=verbose)]
        if events is not None:
            displays.append(written_to(events, stack))
        if timeline:
            displays.append(in_time())
        # What was shown something first is closed first.
        for one in reversed(displays):
            stack.callback(one.close)
        opened = Session(displays, one_is_all=one_is_all)
        stack.enter_context(opened.signals)
        try:
            yield opened
        except KeyboardInterrupt as error:
            found = interrupted(error)
            if error.__cause__:
                found.add_note(f"{error.__cause__}".splitlines()[0])
            raise found from error


def written_to(events: str, stack: ExitStack) -> Display:
    """Return what writes JSON lines to a file or to stdout. Raises UsageError when it cannot."""
    from orchestrator.render.json_lines import JsonLines, opened

    if events == STDOUT:
        return JsonLines(sys.stdout)
    try:
        return JsonLines(stack.enter_context(opened(Path(events))))
    except OSError as error:
        raise UsageError(
            f"cannot write events to {events}: {error.strerror}",
            hint="name a file in a folder that exists, or - for stdout",
        ) from error


def in_time() -> Display:
    """Return what draws the way up on stderr."""
    from orchestrator.render.timeline import InTime

    return InTime(sys.stderr, os.environ)


def interrupted(error: KeyboardInterrupt) -> Interrupted:
    """Return a signal as one of our own errors, with what was noted on it."""
    found = Interrupted(error.number if isinstance(error, Ended) else signal.SIGINT)
    for note in getattr(error, "__notes__", []):
        found.add_note(note)
    return found

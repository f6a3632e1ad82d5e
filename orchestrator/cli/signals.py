"""What signals do while there is something to remove.

The first one ends us: whatever waits is stopped, and everything is removed. One more leaves the
removal to the watchdog.

Only the command line installs handlers; used from Python or pytest, Greenroom leaves them alone.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Ended(KeyboardInterrupt):
    """Raised where a signal lands, whatever is under way there.

    It is none of the errors that anybody takes care of: a signal that comes while a display writes
    is no fault of that display.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def os_exit(number: int) -> None:
    """End this process at once, as ended by this signal."""
    os._exit(128 + number)


Handler = Callable[[int, FrameType | None], object]

Handlers = dict[int, Handler | int | None]
"""What was to be done about signals, by their numbers."""


def install(handler: Handler) -> Handlers:
    """Let a handler take the signals that ask for our end; return what was there before."""
    # What is ignored stays ignored: nohup, and background jobs of shells, mean it.
    heeded = [one for one in ENDING if signal.getsignal(one) is not signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heeded}


def restore(before: Handlers) -> None:
    """Let all be as it was."""
    for number, handler in before.items():
        signal.signal(number, handler)


class Signals:
    """Turns Ctrl-C and other requests to end into Ended, once.

    `removing` says that removal is on its way: then the first signal is answered with words, and
    the second one ends this process through `leave`, which gets the signal's number. What is left
    then is removed by the watchdog, if the run is `watched`. With `one_is_all`, further ones are
    no impatience: CI systems send several in any case. Where `nothing_stands`, because the command
    makes nothing that would be removed, the second signal ends this process without a word. `say`
    must take no lock.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        leave: Callable[[int], None] = os_exit,
        *,
        one_is_all: bool = False,
    ) -> None:
        self._say = say
        self._leave = leave
        self._one_is_all = one_is_all
        self._asked = 0
        self.watched = True
        self.nothing_stands = False
        self._before: Handlers = {}
        self._child: Callable[[int], None] | None = None
        self._put_off: int | None = None
        self.removing = False

    def __enter__(self) -> Self:
        self._before = install(self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        restore(self._before)

    @contextmanager
    def passed_on(self, tell: Callable[[int], None]) -> Iterator[None]:
        """While a child runs, signals are the child's; they end us when the child has ended.

        That its time was over meanwhile does not hide that somebody wanted an end: it is the cause
        of the Ended then.
        """
        self._child, self._put_off = tell, None
        failed: Exception | None = None
        try:
            yield
        except Exception as error:
            failed = error
        finally:
            self._child = None
        if self._put_off is not None:
            try:
                self.end(self._put_off)
            except Ended as ended:
                raise ended from failed
        if failed:
            raise failed

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.removing:
            self._put_off = self._put_off or number
            self._insist(number)
        elif self._child:
            # The first one is why we end, whatever else is sent meanwhile.
            self._put_off = self._put_off or number
            self._child(number)
        else:
            self.end(number)

    def _insist(self, number: int) -> None:
        """Somebody wants us to end although removal is under way."""
        self._asked += 1
        if self.nothing_stands:
            self._leave(number)
        elif self._one_is_all or not self.watched:
            self._say("removal is under way; please wait for its end")
        elif self._asked == 1:
            self._say("removal is under way; once more, and it is left to the watchdog")
        else:
            self._say("removal is left to the watchdog, which goes on")
            self._leave(number)

    def end(self, number: int) -> None:
        """Say that we end, and raise what leads to removal."""
        self.removing = True
        self._asked = 1
        self._say("interrupted" + ("" if self.nothing_stands else "; everything is being removed"))
        raise Ended(number)

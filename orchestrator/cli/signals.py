"""What signals do while there is something to remove: the first one ends us, further ones wait.

Only the command line installs handlers; used from Python or pytest, Greenroom leaves them alone.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from orchestrator.errors import Interrupted

ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

Handler = Callable[[int, FrameType | None], object] | int | None


class Signals:
    """Turns Ctrl-C into KeyboardInterrupt and other requests to end into Interrupted, once.

    `removing` says that removal is on its way: from then on signals are answered with words,
    because an interrupted removal would leave things behind. `say` must take no lock.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._before: dict[int, Handler] = {}
        self._child: Callable[[int], None] | None = None
        self._put_off: int | None = None
        self.removing = False

    def __enter__(self) -> Self:
        for number in ENDING:
            # What is ignored stays ignored: nohup, and background jobs of shells, mean it.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    @contextmanager
    def passed_on(self, tell: Callable[[int], None]) -> Iterator[None]:
        """While a child runs, signals are the child's; they end us when the child has ended."""
        with self._at_the_end():
            self._child = tell
            try:
                yield
            finally:
                self._child = None

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """While something is removed in between, signals wait for the end of the block."""
        with self._at_the_end():
            self.removing = True
            yield
            self.removing = False

    @contextmanager
    def _at_the_end(self) -> Iterator[None]:
        self._put_off = None
        yield
        if self._put_off is not None:
            self.end(self._put_off)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.removing:
            self._put_off = number
            self._say("removal is under way; please wait for its end")
        elif self._child:
            self._put_off = number
            self._child(number)
        else:
            self.end(number)

    def end(self, number: int) -> None:
        """Say that we end, and raise what leads to removal."""
        self.removing = True
        self._say("interrupted; everything is being removed")
        raise KeyboardInterrupt if number == signal.SIGINT else Interrupted(number)

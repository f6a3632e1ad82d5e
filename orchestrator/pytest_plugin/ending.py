"""How a session ends when it is told to: by SIGTERM, with which CI systems end jobs, or by Ctrl-C.

They often tell it twice: the whole group of processes gets the signal, and whoever started us
passes it on; or SIGINT comes first and SIGTERM some seconds later. Only what comes first ends the
tests; what comes while everything is torn down and removed changes nothing but the exit code.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

STDERR = 2
"""Its number: a signal may come in the midst of whatever writes to the file object."""


class Ending:
    """Ends the session once. `code` is the exit code of a signal that came when it ended anyway."""

    def __init__(self) -> None:
        self.under_way = False
        self.code: int | None = None

    def listen(self) -> None:
        """Take SIGTERM, where nobody else cares for it."""
        if is_main() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self.ended)

    def forget(self) -> None:
        """Leave SIGTERM to others again."""
        if is_main() and signal.getsignal(signal.SIGTERM) == self.ended:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def ended(self, number: int, _frame: object) -> None:
        """End the session; what it has brought up is removed on the way."""
        if self.under_way:
            self.code = self.code or 128 + number
            return
        self.under_way = True
        pytest.exit(f"ended by {signal.Signals(number).name}", returncode=128 + number)

    @contextmanager
    def removal(self) -> Iterator[None]:
        """Let a Ctrl-C change the exit code alone, while everything is removed in this block.

        At a second one the session ends at once, and the watchdog removes what is left.
        """
        usual = signal.default_int_handler
        if not is_main() or signal.getsignal(signal.SIGINT) is not usual:
            yield
            return

        def interrupted(number: int, _frame: object) -> None:
            signal.signal(signal.SIGINT, usual)
            self.code = self.code or 128 + number
            os.write(STDERR, b"\ninterrupted; everything is being removed\n")

        signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, usual)


ENDING = pytest.StashKey[Ending]()


def is_main() -> bool:
    """Whether this is the thread that may care for signals."""
    return threading.current_thread() is threading.main_thread()

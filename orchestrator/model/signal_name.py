"""What a signal is called."""

from __future__ import annotations

import signal


def signal_name(number: int) -> str:
    """Return a signal's name; most real-time signals have only their number (signal(7))."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

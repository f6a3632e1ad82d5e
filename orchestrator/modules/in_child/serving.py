"""Answers requests until there are no more."""

from __future__ import annotations

import queue
import threading
from typing import Any

from .finding import catalogue
from .rehearsing import HOST, Surroundings
from .starting import started
from .talking import begin, listen, say
from .telling import described
from .wrong import Wrong, said


def main() -> None:
    """Answer requests until there are no more."""
    begin()
    inbox: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=listen, args=(inbox,), daemon=True).start()
    rehearsing: Surroundings | None = None
    while True:
        request = inbox.get()
        try:
            if request["do"] == "start":
                say(started(request, inbox))
                continue
            if rehearsing is None:
                catalogue()
                rehearsing = Surroundings(HOST, {})
                rehearsing.installed()
            say(described(request, rehearsing))
        except Wrong as wrong:
            say(wrong.answer)
        except Exception as error:
            if request["do"] == "start":
                raise
            # What a constructor takes as it is may be nonsense to all who look at it later.
            say(Wrong("arguments", said(error)).answer)

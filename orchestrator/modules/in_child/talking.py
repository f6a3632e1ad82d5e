"""Requests come in and answers go out, a line of JSON each."""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
from typing import Any

TEMPORARY = sys.argv[1] if len(sys.argv) > 1 else None
"""The folder for what is temporary, which goes with this process."""

OUT = sys.stdout


def begin() -> None:
    """Have the standard output for answers alone: the module may print what it likes."""
    global OUT
    OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def say(answer: dict[str, Any]) -> None:
    """Answer with one line."""
    OUT.write(json.dumps(answer, default=str) + "\n")
    OUT.flush()


def listen(inbox: queue.Queue[dict[str, Any]]) -> None:
    """Pass on what comes in; at its end whoever runs us is gone, and nobody needs us any more."""
    for line in sys.stdin:
        inbox.put(json.loads(line))
    # The folder that was made for us alone: nobody else is left to remove it.
    if TEMPORARY is not None:
        shutil.rmtree(TEMPORARY, ignore_errors=True)
    os._exit(1)

"""Removes a run that nobody needs any more: `remover.py RUN ENGINE...`.

It removes what the engines report until nothing appears any more: a call that was under way when
its caller died may make something later. Engines that do not answer are asked until they do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from orchestrator.engines import ALL, make_all
from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError
from orchestrator.lifecycle.executor import ignore
from orchestrator.lifecycle.removal import remove_run
from orchestrator.waiting import Deadline, Stop, TimedOut, poll

QUIET_SECONDS = 1.0
"""How long after nothing was found it is looked again, before the run counts as gone."""

PATIENCE = 24 * 3600.0
"""Seconds for which it is tried: a daemon may be down for a while."""

LONGEST_PAUSE = 5.0


def remove(run: str, engines: Mapping[str, Engine], patience: float = PATIENCE) -> bool:
    """Remove a run until two looks, a second apart, find nothing; False when time runs out."""

    def gone() -> bool:
        try:
            while remove_run(run, run, engines, ignore):
                continue
            Stop().wait(QUIET_SECONDS)
            return not remove_run(run, run, engines, ignore)
        except GreenroomError as error:
            say(f"{error.message}; {error.hint}")
        except Exception as error:  # Nobody else goes on trying.
            say(f"{type(error).__name__}: {error}")
        return False

    try:
        poll(gone, Deadline.after(patience), longest=LONGEST_PAUSE)
    except TimedOut:
        return False
    return True


def say(text: str) -> None:
    """Write a line into the watchdog's log."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    print(f"{moment} {text}", file=sys.stderr, flush=True)  # noqa: T201


def main(arguments: list[str]) -> int:
    """Remove the run that is named, on the engines that are named."""
    run, *names = arguments
    say(f"nobody uses {run} any more: it is removed")
    # A lease names them, too, and a damaged one is to hinder nothing.
    engines = make_all([name for name in names if name in ALL], os.environ)
    return 0 if remove(run, engines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Removes what nobody needs any more: its owner is gone and its watchdog too, or its time over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.engines.engine import Engine
from orchestrator.errors import GreenroomError
from orchestrator.host.lease import dial, run_folder
from orchestrator.host.owner import Owner
from orchestrator.lifecycle.executor import Tell
from orchestrator.lifecycle.removal import remove_run
from orchestrator.lifecycle.survey import Run, Survey, survey
from orchestrator.lifecycle.verdict import Verdict, judge
from orchestrator.model.event import Event, Noticed
from orchestrator.waiting import Stopped, TimedOut

WATCH = "watch.py"

SECONDS = 10.0
"""How long whoever swept on the side is waited for; what it leaves, the next command removes."""


@dataclass(frozen=True)
class Swept:
    """A run that is to be removed, with the reason."""

    run: Run
    cause: str


def ownerless(found: Survey, environ: Mapping[str, str]) -> list[Swept]:
    """Return the runs of a survey that nobody needs any more."""
    judged = [(run, verdict(run, environ)) for run in found.runs]
    return [Swept(run, one.cause) for run, one in judged if not one.lives]


def verdict(run: Run, environ: Mapping[str, str]) -> Verdict:
    """Judge one run here and now."""
    return judge(run.claim, Owner.here(), time.time(), lambda: watched(run, environ))


def watched(run: Run, environ: Mapping[str, str]) -> bool:
    """Whether a run's watchdog lives.

    It answers on the socket in the run's folder. Another user's, or that of another state folder,
    is only to be seen among the processes.
    """
    connection = dial(run_folder(run.id, environ))
    if connection:
        connection.close()
        return True
    return run.id in watched_runs()


def watched_runs() -> set[str]:
    """Return the runs for which there is a watchdog, or what it becomes to remove them."""
    # Imported when it is needed: most commands find nobody for whom they have to look.
    import psutil

    found = set[str]()
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        for place, word in enumerate(words[:-1]):
            if Path(word).name == WATCH or word == "orchestrator.watchdog.remover":
                found.add(words[place + 1])
    return found


def sweep(found: Survey, environ: Mapping[str, str], tell: Tell) -> list[Swept]:
    """Remove what nobody needs any more, telling so; what cannot be removed is told, too."""
    swept = ownerless(found, environ)
    for one in swept:
        tell(Noticed(at=time.time(), text=f"{one.run.id} is removed: {one.cause}"))
        try:
            engines = found.engines_of(one.run, environ)
            remove_run(one.run.name, one.run.id, engines, quiet(tell))
        except GreenroomError as error:
            tell(Noticed(at=time.time(), text=f"{error.message}\n{error.hint}".rstrip()))
    return swept


@contextmanager
def sweeping(
    engines: Mapping[str, Engine], environ: Mapping[str, str], tell: Tell
) -> Iterator[None]:
    """Sweep on the side, while the block waits for servers anyway.

    Where the block is broken off, nobody waits for it: CI systems kill soon after their signal, and
    what the block has begun is to be removed before that.
    """

    def work() -> None:
        with suppress(GreenroomError, Stopped, TimedOut):
            sweep(survey(environ, engines=engines), environ, tell)

    thread = threading.Thread(target=work, name="greenroom-sweep", daemon=True)
    thread.start()
    yield
    thread.join(SECONDS)


def quiet(tell: Tell) -> Tell:
    """Return what lets only notices through: each step of a sweep is no news."""

    def told(event: Event) -> None:
        if isinstance(event, Noticed):
            tell(event)

    return told

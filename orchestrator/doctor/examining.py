"""Makes all checks at once; each has its time, and none can hang the whole."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence

from orchestrator.doctor import containers, here, kept, manifest, registries, servers
from orchestrator.doctor.finding import (
    CONTAINERS,
    Around,
    Check,
    Finding,
    Level,
    ok,
    problem,
    warning,
)
from orchestrator.errors import EngineUnavailable, GreenroomError
from orchestrator.waiting import Deadline, TimedOut

CHECKS: Mapping[str, Check] = {
    "here": here.program,
    "surroundings": here.surroundings,
    "state": kept.state,
    "docker": containers.engine,
    "registries": registries.registries,
    "servers": servers.servers,
    "runs": kept.runs,
    "snapshots": kept.snapshots,
    "manifest": manifest.manifest,
}
"""In the order in which what they find is shown; each is called by what it is about."""

SECONDS = 5.0
"""How long each may take; all run at the same time."""

LATE = 1.0
"""Seconds after its deadline in which a check may still say so itself."""


def examine(around: Around, checks: Mapping[str, Check] = CHECKS) -> list[Finding]:
    """Return what all checks have found, in their order, and the verdict at the end."""
    found = [one for findings in _all(around, checks) for one in findings]
    return [*found, *verdict(found)]


def exit_code(found: Sequence[Finding]) -> int:
    """Return the code of the first problem, 0 for none."""
    return next((one.code for one in found if one.level is Level.PROBLEM), 0)


def verdict(found: Sequence[Finding]) -> Iterator[Finding]:
    """Say what can be run here, and what therefore cannot."""
    things = [thing for one in found for thing in one.provides]
    processes = [thing for thing in things if thing != CONTAINERS]
    needs = [name for one in found for name in one.needs]
    if not things:
        yield problem(
            "verdict",
            "nothing can be run: no engine answers, and there are no servers on this host",
            f"{to_have_an_engine(found)}; or pip install 'greenroom[embedded]'",
            EngineUnavailable.exit_code,
        )
    elif CONTAINERS not in things and needs:
        yield problem(
            "verdict",
            f"no engine answers, and the manifest needs containers for {', '.join(needs)}",
            to_have_an_engine(found),
            EngineUnavailable.exit_code,
        )
    elif not any(one.level is Level.PROBLEM for one in found):
        both = [*(["containers"] if CONTAINERS in things else []), *_as_processes(processes)]
        yield ok("verdict", f"can run {' and '.join(both)}")


def to_have_an_engine(found: Sequence[Finding]) -> str:
    """Return what the engine that does not answer needs, as the check that asked it has said."""
    return next((one.hint for one in found if one.topic == "engine" and one.hint), "start Docker")


def _as_processes(names: Sequence[str]) -> list[str]:
    return [f"processes ({', '.join(names)})"] if names else []


def _all(around: Around, checks: Mapping[str, Check]) -> Iterator[list[Finding]]:
    answers: dict[str, queue.SimpleQueue[list[Finding]]] = {}
    over = time.monotonic() + SECONDS + LATE
    for name, check in checks.items():
        answers[name] = queue.SimpleQueue()
        # A thread that hangs in a call which nothing can end must not keep the process alive.
        threading.Thread(
            target=lambda name=name, check=check: answers[name].put(_made(name, check, around)),
            name=f"greenroom-doctor-{name}",
            daemon=True,
        ).start()
    for name, answer in answers.items():
        try:
            yield answer.get(timeout=max(0.0, over - time.monotonic()))
        except queue.Empty:
            yield [_late(name)]


def _made(name: str, check: Check, around: Around) -> list[Finding]:
    try:
        return list(check(around, Deadline.after(SECONDS)))
    except TimedOut:
        return [_late(name)]
    except GreenroomError as error:
        return [warning(name, error.message, error.hint)]
    except Exception as error:  # A check that fails says so, and the others are still worth it.
        return [warning(name, f"cannot be looked at: {type(error).__name__}: {error}", "")]


def _late(name: str) -> Finding:
    return warning(name, f"no answer within {SECONDS:.0f} s", "see whether it is well, or hangs")

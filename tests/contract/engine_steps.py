"""What the tests of engines do again and again."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from engine_cases import Case, within

from orchestrator.model.launch import Found, Launch, LogLine, RunLabels
from orchestrator.waiting import Deadline, Stop, poll

AWKWARD = "a $HOME ${x} `id` 'single' \"double\" \\ * % ü\nsecond line\t$"
"""What shells and formats like to change."""


def over(end: str) -> Deadline:
    """A deadline that has passed already, or an order that was given already."""
    if end == "late":
        return Deadline.after(-1)
    stop = Stop()
    stop.order()
    return Deadline.after(60, stop)


def soon_over(end: str) -> Deadline:
    """A deadline that is about to pass, or an order that the test is about to give."""
    return Deadline.after(0.5 if end == "late" else 60, Stop())


def await_end(engine_case: Case, found: Found) -> None:
    poll(lambda: not engine_case.engine.state(found, within()).alive, within())


def first_line(engine_case: Case, found: Found) -> LogLine:
    poll(lambda: any(engine_case.engine.logs(found, within())), within())
    return next(iter(engine_case.engine.logs(found, within())))


def printed(engine_case: Case, found: Found) -> str:
    """All that an instance prints until its end."""
    await_end(engine_case, found)
    return "\n".join(line.text for line in engine_case.engine.logs(found, within()))


def two_lines(engine_case: Case, labels: RunLabels) -> Launch:
    """Something that prints a line, and a second one when `go_on` is called."""
    flag = f"{engine_case.scratch()}/go-on"
    script = f"echo one; until [ -e {flag} ]; do sleep 0.02; done; echo two"
    return engine_case.shell(labels, "ledger", script)


def go_on(engine_case: Case, found: Found) -> None:
    engine_case.engine.exec(found, ["touch", f"{engine_case.scratch()}/go-on"], within())


@contextmanager
def held_port() -> Iterator[tuple[int, socket.socket]]:
    """A free port, and the socket that keeps it for us as Greenroom does: bound, not listening."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1], holder


def fetched(url: str) -> int:
    """The status of an answer, as soon as there is one."""
    statuses: list[int] = []

    def asked() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                statuses.append(answer.status)
        except OSError:
            return False
        return True

    poll(asked, within())
    return statuses[0]

"""Events as tests tell them: times count from 100 s, seconds from a step's own start."""

from __future__ import annotations

from orchestrator.errors import Evidence
from orchestrator.model.event import (
    Event,
    Noticed,
    ProbeAnswered,
    RunReady,
    RunRemoved,
    RunStarted,
    StepBroke,
    StepDone,
    StepProgress,
    StepStarted,
)

BEGAN = 100.0


def begun(
    *resources: str, waits: dict[str, tuple[str, ...]] | None = None, tasks: tuple[str, ...] = ()
) -> RunStarted:
    return RunStarted(
        at=BEGAN,
        run="payments-x7k2",
        name="payments",
        engines=("docker 28.1",),
        resources=resources,
        waits=tuple((waits or {}).items()),
        tasks=tasks,
    )


def subject(step: str) -> str:
    verb, rest = step.split(" ", 1)
    return (
        ""
        if verb in ("open", "close")
        else rest.split(" ")[0]
        if verb != "remove"
        else rest.split(" ")[1]
    )


def starts(after: float, step: str) -> StepStarted:
    return StepStarted(at=BEGAN + after, step=step, subject=subject(step), cause="of a reason")


def progress(
    after: float, step: str, text: str, done: int, total: int, unit: str = "B"
) -> StepProgress:
    return StepProgress(
        at=BEGAN + after,
        step=step,
        subject=subject(step),
        text=text,
        done=done,
        total=total,
        unit=unit,
    )


def answer(after: float, step: str, text: str) -> ProbeAnswered:
    return ProbeAnswered(at=BEGAN + after, step=step, subject=subject(step), answer=text)


def done(after: float, step: str, seconds: float) -> StepDone:
    return StepDone(at=BEGAN + after, step=step, subject=subject(step), seconds=seconds)


def broke(after: float, step: str, message: str) -> StepBroke:
    return StepBroke(
        at=BEGAN + after,
        step=step,
        subject=subject(step),
        seconds=1,
        message=message,
        evidence=Evidence(log=("boom",)),
    )


def ready(seconds: float) -> RunReady:
    return RunReady(
        at=BEGAN + seconds,
        run="payments-x7k2",
        seconds=seconds,
        addresses=(("ledger", "postgresql://me:***@127.0.0.1:5/db"),),
    )


def removed(count: int) -> RunRemoved:
    return RunRemoved(at=BEGAN + 9, run="payments-x7k2", seconds=0.4, removed=count)


def noticed(text: str) -> Noticed:
    return Noticed(at=BEGAN + 3, text=text)


WAY_UP: list[Event] = [
    begun(
        "ledger", "api", "migrate", waits={"api": ("ledger", "mirror/nats:2")}, tasks=("migrate",)
    ),
    starts(0, "open docker"),
    done(0.1, "open docker", 0.1),
    starts(0.1, "pull mirror/nats:2"),
    progress(0.2, "pull mirror/nats:2", "pulling", 34, 100),
    starts(0.2, "start ledger"),
    done(0.42, "start ledger", 0.22),
    starts(0.42, "ready ledger"),
    answer(0.5, "ready ledger", "connection refused"),
    answer(1.5, "ready ledger", "answered R"),
    done(1.61, "ready ledger", 1.19),
    starts(1.61, "seed ledger 1 accounts.csv"),
    progress(1.7, "seed ledger 1 accounts.csv", "accounts.csv", 40, 100),
    done(1.9, "seed ledger 1 accounts.csv", 0.29),
    done(12.4, "pull mirror/nats:2", 12.3),
    starts(12.4, "start migrate"),
    done(12.5, "start migrate", 0.1),
    starts(12.5, "ready migrate"),
    done(13.0, "ready migrate", 0.5),
    starts(13.0, "start api"),
    done(13.1, "start api", 0.1),
    starts(13.1, "ready api"),
    done(13.4, "ready api", 0.3),
    ready(13.4),
]

WAY_DOWN: list[Event] = [
    starts(20, "remove container ledger"),
    starts(20, "remove container api"),
    done(20.3, "remove container api", 0.3),
    done(20.3, "remove container ledger", 0.3),
    starts(20.3, "close docker payments-x7k2"),
    done(20.4, "close docker payments-x7k2", 0.1),
    removed(3),
]

"""Whether a run may live: pure, from what its labels and its lease say and who is alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.host.lease import Lease
from orchestrator.host.owner import Owner


@dataclass(frozen=True)
class Claim:
    """What is known of a run's right to live.

    `owner` is who made it, `expires` the end that its labels name (Unix seconds, None: none),
    `stays` whether it was made to outlive its owner. The `lease` overrides these two; it is None
    where there is none, or another user has it. `running` tells whether anything of it runs.
    """

    owner: Owner | None
    expires: float | None
    stays: bool
    lease: Lease | None = None
    running: bool = True

    @property
    def end(self) -> float | None:
        """The end of its time, in Unix seconds."""
        return self.lease.expires if self.lease else self.expires

    @property
    def standing(self) -> bool:
        """Whether it may live until then without anybody who uses it."""
        return self.lease.standing if self.lease else self.stays


@dataclass(frozen=True)
class Verdict:
    """Whether a run may live on, and why."""

    lives: bool
    cause: str


def judge(claim: Claim, here: Owner, now: float, watched: Callable[[], bool]) -> Verdict:
    """Judge a run as its neighbour `here`; `watched` tells whether its watchdog lives.

    What was made on another host or in another pid namespace is judged by its time alone, and so is
    what does not say who made it. What does not say how long it may live is nobody's to remove.
    """
    if claim.owner is None or not claim.owner.is_near(here):
        return by_time(claim, now, where(claim.owner))
    if claim.owner.is_alive():
        return Verdict(True, f"process {claim.owner.pid} uses it")
    if watched():
        until = f" until {clock(claim.end)}" if claim.standing and claim.end else ""
        return Verdict(True, f"its watchdog looks after it{until}")
    if not claim.standing:
        return Verdict(False, f"process {claim.owner.pid}, which made it, is gone")
    if claim.owner.boot != here.boot and not claim.running:
        return Verdict(False, "the machine was started anew since, and nothing of it runs")
    return by_time(claim, now, "")


def by_time(claim: Claim, now: float, where: str) -> Verdict:
    """Judge by the end of its time alone."""
    words = f"{where}, " if where else ""
    if claim.end is None:
        return Verdict(True, f"{words}and nothing says until when it may live".removeprefix("and "))
    if now < claim.end:
        return Verdict(True, f"{words}its time ends at {clock(claim.end)}")
    return Verdict(False, f"{words}its time was over at {clock(claim.end)}")


def where(owner: Owner | None) -> str:
    """Return in words where a run was made of which we cannot tell whether its owner lives."""
    if owner is None:
        return "nobody knows who made it"
    return f"made on {owner.host}" if owner.host else "made elsewhere"


def clock(moment: float) -> str:
    """Return a time of this day as people write it, with the date on other days."""
    local, today = time.localtime(moment), time.localtime()
    form = "%H:%M" if local[:3] == today[:3] else "%Y-%m-%d %H:%M"
    return time.strftime(form, local)

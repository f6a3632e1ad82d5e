"""Who may live: each row is one run, and what is said of it."""

from __future__ import annotations

import dataclasses
import os
import time

import pytest

from orchestrator.host.lease import Lease
from orchestrator.host.owner import Owner
from orchestrator.lifecycle.verdict import Claim, judge

ME = Owner.here()
DEAD = dataclasses.replace(ME, pid=2**22 - 3)
REUSED = dataclasses.replace(ME, started=ME.started - 1)
REBOOTED = dataclasses.replace(ME, boot="another")
ELSEWHERE = dataclasses.replace(ME, host="build-7")
CONTAINED = dataclasses.replace(ME, namespace="pid:[1]")
NOW = time.time()
LATER, BEFORE = NOW + 3600, NOW - 3600

RUN = Claim(owner=ME, expires=LATER, stays=False)
UP = Claim(owner=DEAD, expires=LATER, stays=True)

CASES: list[tuple[str, Claim, bool, bool, str]] = [
    ("a test run whose owner lives", RUN, False, True, f"process {os.getpid()} uses it"),
    (
        "a live owner beats an expiry",
        dataclasses.replace(RUN, expires=BEFORE),
        False,
        True,
        "uses it",
    ),
    (
        "a test run whose owner is gone",
        dataclasses.replace(RUN, owner=DEAD),
        False,
        False,
        f"process {DEAD.pid}, which made it, is gone",
    ),
    (
        "a process number used again is not the owner",
        dataclasses.replace(RUN, owner=REUSED),
        False,
        False,
        "is gone",
    ),
    (
        "a reboot ends every owner",
        dataclasses.replace(RUN, owner=REBOOTED),
        False,
        False,
        "is gone",
    ),
    (
        "a watchdog that lives looks after it",
        dataclasses.replace(RUN, owner=DEAD),
        True,
        True,
        "its watchdog looks after it",
    ),
    ("an up without its watchdog lives until its time is over", UP, False, True, "its time ends"),
    (
        "and not longer",
        dataclasses.replace(UP, expires=BEFORE),
        False,
        False,
        "its time was over at",
    ),
    (
        "a lease overrides the labels: longer",
        dataclasses.replace(UP, expires=BEFORE, lease=Lease(LATER, standing=True)),
        False,
        True,
        "its time ends",
    ),
    (
        "a lease overrides the labels: an up that did not come to its end",
        dataclasses.replace(UP, lease=Lease(LATER)),
        False,
        False,
        "is gone",
    ),
    (
        "a test run that is kept lives by its lease",
        dataclasses.replace(RUN, owner=DEAD, lease=Lease(LATER, standing=True)),
        False,
        True,
        "its time ends",
    ),
    (
        "after a reboot, what does not run is ownerless",
        dataclasses.replace(UP, owner=REBOOTED, running=False),
        False,
        False,
        "the machine was started anew since",
    ),
    (
        "but on an engine elsewhere it may run on",
        dataclasses.replace(UP, owner=REBOOTED),
        False,
        True,
        "its time ends",
    ),
    (
        "another host's is judged by its time alone",
        dataclasses.replace(RUN, owner=ELSEWHERE),
        False,
        True,
        "made on build-7, its time ends at",
    ),
    (
        "another host's, when that is over",
        dataclasses.replace(RUN, owner=ELSEWHERE, expires=BEFORE),
        False,
        False,
        "made on build-7, its time was over at",
    ),
    (
        "another pid namespace is another host",
        dataclasses.replace(RUN, owner=CONTAINED),
        False,
        True,
        "its time ends at",
    ),
    (
        "what names no owner is judged by its time",
        dataclasses.replace(RUN, owner=None, expires=BEFORE),
        False,
        False,
        "nobody knows who made it, its time was over at",
    ),
    (
        "what names neither is nobody's to remove",
        dataclasses.replace(RUN, owner=None, expires=None),
        False,
        True,
        "nothing says until when it may live",
    ),
]


@pytest.mark.parametrize(
    ("claim", "watched", "lives", "words"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_verdict(claim: Claim, watched: bool, lives: bool, words: str) -> None:
    verdict = judge(claim, ME, NOW, lambda: watched)
    assert verdict.lives is lives
    assert words in verdict.cause


@pytest.mark.parametrize("text", ["", "nobody", "[]", "{}", '{"host": "h", "pid": "x"}'])
def test_what_names_no_owner(text: str) -> None:
    assert Owner.parse(text) is None


def test_an_owner_is_the_same_after_it_was_written_down() -> None:
    assert Owner.parse(str(ME)) == ME
    assert ME.is_alive()
    assert not REUSED.is_alive()

"""The copier: connections that stay, another after a failure, and the server's words in errors."""

from __future__ import annotations

import threading

import pytest

from orchestrator.addressing.route import Directory
from orchestrator.copying.copier import Copier
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.model.launch import Launch, RunLabels
from orchestrator.model.resource import Instance, Port, Resource
from orchestrator.technologies import BUILT_IN
from orchestrator.waiting import Deadline, TimedOut

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
LEDGER = Resource(
    "ledger",
    "databases",
    technology=BUILT_IN["postgres"],
    ports=(Port(5432),),
    user="me",
    password="secret",
    databases=("ledger", "archive"),
    isolation="test",
)
INSTANCE = Instance("ledger")
DIRECTORY = Directory(
    {"ledger": LEDGER}, hosts={"docker": "127.0.0.1"}, ports={(INSTANCE, 5432): 1}
)


def within() -> Deadline:
    return Deadline.after(20)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def copier(engine: FakeEngine) -> Copier:
    found = engine.start(Launch(LABELS, INSTANCE, image="postgres:17"), within())
    return Copier(INSTANCE, DIRECTORY, engine, found)


def clients(engine: FakeEngine) -> int:
    return sum(call.startswith("exec ledger") for call in engine.calls)


def test_what_is_told_one_after_the_other_is_told_to_one_client(
    copier: Copier, engine: FakeEngine
) -> None:
    copier.template(within())
    for number in range(1, 20):
        copier.make([number, number + 100], within())
        copier.drop([number], within())
    copier.reset(within())
    assert clients(engine) == 1
    copier.close()
    copier.close()
    copier.make([1], within())
    assert clients(engine) == 2
    copier.close()


def test_after_a_failure_another_client_is_asked(copier: Copier, engine: FakeEngine) -> None:
    engine.fail("exec", "ledger", EngineError("the connection was cut"), at=1)
    with pytest.raises(EngineError, match="cannot make slices of ledger: the connection was cut"):
        copier.make([1], within())
    copier.make([1], within())
    assert clients(engine) == 2
    copier.close()


def test_one_that_takes_too_long_is_not_asked_again(copier: Copier, engine: FakeEngine) -> None:
    engine.hang("exec", "ledger")
    with pytest.raises(TimedOut):
        copier.reset(Deadline.after(0.1))
    engine.recover()
    copier.reset(within())
    copier.close()


def test_a_slice_is_the_resource_with_another_database(copier: Copier) -> None:
    mine = copier.sliced(7)
    assert (mine.user, mine.password, mine.databases) == ("me", "secret", ("ledger__s7",))
    assert (mine.name, mine.ports, mine.isolation) == ("ledger", LEDGER.ports, "test")


def test_as_many_are_told_at_once_as_the_technology_says(
    copier: Copier, engine: FakeEngine
) -> None:
    most, together = copier.slicing.at_once, threading.Barrier(6)

    def make(number: int) -> None:
        together.wait(20)
        copier.make([number], within())

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert 1 <= clients(engine) <= most
    copier.close()

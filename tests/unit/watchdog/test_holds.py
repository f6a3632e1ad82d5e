"""A process's hold on a run: what it writes down, what it says, and how it ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError, EngineUnavailable, NotKept, NotRemoved, UsageError
from orchestrator.host.lease import Lease
from orchestrator.host.owner import Owner
from orchestrator.model.event import Event
from orchestrator.model.launch import Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline
from orchestrator.watchdog.guard import Guard
from orchestrator.watchdog.hold import Hold, Keep


class Watchdog:
    """Stands in for a watchdog: the other end of each connection to it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.environ = {"XDG_STATE_HOME": str(folder)}
        self.folder = folder / "greenroom" / "runs" / "shop-1"
        self.ends: list[socket.socket] = []
        monkeypatch.setattr("orchestrator.watchdog.guard.spawn", self.spawn)

    def spawn(self, *_of: object) -> tuple[socket.socket, None]:
        ours, its = socket.socketpair()
        its.settimeout(10)
        self.ends.append(its)
        return ours, None

    def heard(self) -> bytes:
        """What was said until the connection ended."""
        words = b""
        while part := self.ends[-1].recv(100):
            words += part
        return words


@pytest.fixture
def watchdog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watchdog]:
    made = Watchdog(tmp_path, monkeypatch)
    yield made
    for end in made.ends:
        end.close()


LABELS = RunLabels("shop-1", "identity", "shop", "/shop.yaml", str(Owner.here()), 4_000_000_000)


def begun(watchdog: Watchdog) -> tuple[Hold, FakeEngine]:
    """A hold on a run that has one container."""
    docker, process = FakeEngine("docker"), FakeEngine("process")
    engines = {"docker": docker, "process": process}
    hold = Hold.begin(LABELS, watchdog.environ, engines, real=True)
    docker.open(LABELS, Deadline())
    docker.start(Launch(labels=LABELS, instance=Instance("api"), image="api:1"), Deadline())
    return hold, docker


def test_a_run_begins_with_a_folder_for_its_user_alone(watchdog: Watchdog) -> None:
    Guard.begin(LABELS, watchdog.environ, ["docker"])
    assert watchdog.folder.stat().st_mode & 0o777 == 0o700
    assert Lease.read(watchdog.folder) == Lease(4_000_000_000.0, engines=("docker",))


def test_where_no_folder_can_be_made_nothing_begins(watchdog: Watchdog) -> None:
    watchdog.folder.parent.mkdir(parents=True)
    watchdog.folder.write_text("in the way")
    with pytest.raises(NotKept) as caught:
        Guard.begin(LABELS, watchdog.environ, ["docker"])
    assert "cannot make the run's folder" in caught.value.message
    assert caught.value.hint == "set XDG_STATE_HOME to a folder that you can write to"
    assert watchdog.heard() == b""


def test_what_is_removed_is_done_and_its_folder_gone(watchdog: Watchdog) -> None:
    hold, docker = begun(watchdog)
    hold.remove("shop", told_to([]))
    assert watchdog.heard() == b"done"
    assert not watchdog.folder.exists()
    assert docker.world.instances == {}


def told_to(events: list[Event]) -> Callable[[Event], None]:
    return events.append


def test_what_may_appear_yet_is_left_to_the_watchdog(watchdog: Watchdog) -> None:
    hold, _ = begun(watchdog)
    hold.unsure = True
    hold.remove("shop", told_to([]))
    assert watchdog.heard() == b""
    assert watchdog.folder.exists()


def test_what_cannot_be_removed_is_left_to_the_watchdog_which_is_said(watchdog: Watchdog) -> None:
    hold, docker = begun(watchdog)
    docker.fail("remove", "api", EngineError("device busy"))
    with pytest.raises(NotRemoved) as caught:
        hold.remove("shop", told_to([]))
    assert caught.value.hint.startswith(
        "its watchdog goes on trying; still there: greenroom-shop-1"
    )
    assert watchdog.heard() == b""
    assert Lease.read(watchdog.folder) == Lease(4_000_000_000.0, engines=("docker", "process"))


def test_an_engine_that_is_silent_keeps_nothing_from_being_said(watchdog: Watchdog) -> None:
    hold, docker = begun(watchdog)
    docker.fail("list", "", EngineUnavailable("no container engine answers"))
    with pytest.raises(NotRemoved) as caught:
        hold.remove("shop", told_to([]))
    assert caught.value.message == "could not remove shop-1: no container engine answers"
    assert (
        "its watchdog goes on trying; when it answers: greenroom down shop-1" in caught.value.hint
    )


def test_in_a_hurry_a_slow_engine_gets_some_seconds_only(
    watchdog: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.watchdog.hold.HURRY", 0.05)
    hold, docker = begun(watchdog)
    docker.hang("remove", "api")
    with pytest.raises(NotRemoved) as caught:
        hold.remove("shop", told_to([]), hurry=True)
    assert caught.value.message == "could not remove all of shop-1: not done after 0 s"


def test_what_stands_lives_until_its_time(watchdog: Watchdog) -> None:
    hold, _ = begun(watchdog)
    hold.change(["api"])
    assert lease(watchdog).unfinished == ("api",)
    hold.stand(60)
    assert lease(watchdog).standing
    assert lease(watchdog).unfinished == ()
    assert 50 < lease(watchdog).expires - time.time() <= 60
    assert watchdog.heard() == b""


def test_engines_on_which_something_is_put_later_are_noted_for_whoever_removes_it(
    watchdog: Watchdog,
) -> None:
    hold, _ = begun(watchdog)
    hold.stand(60)
    engines = {**hold.engines, "adopted": FakeEngine("adopted")}
    later = Hold.join("shop-1", watchdog.environ, engines)
    later.change(["ledger"])
    later.stand(60)
    assert lease(watchdog).engines == ("docker", "process", "adopted")


def lease(watchdog: Watchdog) -> Lease:
    found = Lease.read(watchdog.folder)
    assert found
    return found


def test_what_is_kept_names_what_there_is(watchdog: Watchdog) -> None:
    hold, docker = begun(watchdog)
    of_a_slice = Launch(labels=LABELS, instance=Instance("api", "s1"), image="api:1")
    docker.start(of_a_slice, Deadline())
    assert hold.keep(60).instances == ("api",)
    assert lease(watchdog).standing


def test_whoever_joins_says_who_it_is(watchdog: Watchdog) -> None:
    Guard.begin(LABELS, watchdog.environ, ["docker"])
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(watchdog.folder / "watchdog"))
    listener.listen()
    guard = Guard.join("shop-1", watchdog.environ)
    assert guard
    me = Owner.here()
    assert listener.accept()[0].recv(100) == f"{me.pid} {me.started}".encode()
    listener.close()


def test_a_run_that_lost_its_watchdog_gets_another(watchdog: Watchdog) -> None:
    Guard.begin(LABELS, watchdog.environ, ["docker"])
    assert Guard.join("shop-1", watchdog.environ)
    assert len(watchdog.ends) == 2


def test_what_is_not_ours_cannot_be_held(watchdog: Watchdog) -> None:
    assert Guard.join("shop-1", watchdog.environ) is None


@pytest.mark.parametrize(
    ("keep", "failed", "kept"),
    [
        ("never", False, False),
        ("never", True, False),
        ("failed", False, False),
        ("failed", True, True),
        ("always", False, True),
        ("always", True, True),
    ],
)
def test_when_it_is_kept(keep: str, failed: bool, kept: bool) -> None:
    assert Keep(keep).applies(failed=failed) is kept


def test_another_way_of_keeping_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        Keep("sometimes")
    assert caught.value.message == "there is no way to keep it 'sometimes'"
    assert caught.value.hint == "there are: never, failed, always"

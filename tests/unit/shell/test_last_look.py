"""The last look at a run: on every way out, while everything stands, and hindering nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator import Environment, StepFailed
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError, NotRemoved
from orchestrator.lifecycle.last_look import LastLook
from orchestrator.model.event import Event, Noticed, RunKept, RunRemoved
from orchestrator.model.launch import ExecResult, State

MANIFEST = {"services": {"api": {"image": "api:1", "ports": [8000], "ready": {"exec": "true"}}}}


class Watched:
    """An environment on a fake engine, with all last looks at it, and what was there then."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine(listening=True)
        self.events: list[Event] = []
        self.looks: list[LastLook] = []
        self.standing: list[str] = []
        self.doing: Callable[[], None] = lambda: None
        self.environment = self.made(folder)

    def made(self, folder: Path, keep: str = "never") -> Environment:
        self.environment = Environment.of(
            MANIFEST,
            folder=folder,
            keep=keep,
            listen=self.events.append,
            before_end=self.look,
            engines={"docker": self.engine},
        )
        return self.environment

    def look(self, look: LastLook) -> None:
        self.looks.append(look)
        self.standing += self.engine.world.instances
        self.doing()

    def breaks(self) -> None:
        self.engine.answers("api", lambda _argv, _stdin: ExecResult(1))
        self.engine.becomes("api", State("exited", 3))

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def fail() -> None:
    raise OSError(28, "No space left on device")


def test_at_a_good_end_everything_still_stands(watched: Watched) -> None:
    with watched.environment as environment:
        run = environment.run
        address = environment["api"].host, environment["api"].port
    (look,) = watched.looks
    assert (look.run, look.hurry, dict(look.silent)) == (run, False, {})
    assert watched.standing == [f"{run}/api"]
    assert [str(thing.instance or thing.kind) for thing in look.found] == ["api", "network"]
    assert look.directory is not None
    port = look.directory.ports[look.directory.instance("api"), 8000]
    assert address == ("127.0.0.1", port)
    assert watched.engine.world.instances == {}


def test_it_comes_before_a_run_is_kept(watched: Watched, tmp_path: Path) -> None:
    with watched.made(tmp_path, keep="always"):
        pass
    assert len(watched.looks) == 1
    assert watched.told(RunKept)


def test_a_failed_way_up_is_looked_at_too(watched: Watched) -> None:
    watched.breaks()
    with pytest.raises(StepFailed, match="exited with code 3"):
        watched.environment.up()
    (look,) = watched.looks
    assert not look.hurry
    assert look.directory is not None
    assert len(watched.standing) == 1
    assert watched.engine.world.instances == {}


def test_an_interrupted_way_up_is_looked_at_in_a_hurry(watched: Watched) -> None:
    watched.engine.fail("start", "api", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        watched.environment.up()
    (look,) = watched.looks
    assert look.hurry
    assert look.deadline.remaining() <= 1.5


def test_so_is_the_end_in_a_hurry(watched: Watched) -> None:
    watched.environment.up().down(hurry=True)
    assert [look.hurry for look in watched.looks] == [True]


def test_what_it_raises_is_told_and_everything_is_removed(watched: Watched) -> None:
    watched.doing = fail
    with watched.environment:
        pass
    (notice,) = watched.told(Noticed)
    assert "was broken off: [Errno 28] No space left" in notice.text
    assert watched.told(RunRemoved)


def test_what_it_raises_never_hides_the_first_error(watched: Watched) -> None:
    watched.doing = fail
    watched.breaks()
    with pytest.raises(StepFailed, match="exited with code 3"):
        watched.environment.up()
    assert watched.told(RunRemoved)


def test_ctrl_c_in_it_leads_to_removal_at_once(watched: Watched) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    watched.doing = interrupt
    watched.environment.up()
    with pytest.raises(KeyboardInterrupt):
        watched.environment.down()
    assert watched.told(RunRemoved)


def test_of_a_silent_engine_it_has_what_was_known_before(watched: Watched) -> None:
    watched.environment.up()
    watched.engine.fail("list", "", EngineError("the engine is gone"))
    with pytest.raises(NotRemoved):
        watched.environment.down()
    (look,) = watched.looks
    assert [str(thing.instance) for thing in look.found] == ["api"]
    assert str(look.silent["docker"]) == "the engine is gone"


def test_what_was_only_joined_is_not_looked_at(watched: Watched) -> None:
    watched.environment.up()
    watched.environment._lifetime.joined = True
    watched.environment.down()
    assert watched.looks == []
    assert watched.engine.world.instances


def test_what_is_tried_again_has_not_come_to_its_end(watched: Watched) -> None:
    watched.environment.up()
    watched.environment._lifetime.end(keep=False)
    assert watched.looks == []

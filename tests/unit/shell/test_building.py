"""Building: no two build the same image at the same time."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import BuildFailed, Evidence, StepFailed
from orchestrator.host.turn import turn
from orchestrator.lifecycle.building import WAITING, build
from orchestrator.model.event import Event, Noticed
from orchestrator.model.launch import RunLabels
from orchestrator.model.resource import Build
from orchestrator.model.step import BuildImage
from orchestrator.waiting import Deadline

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks as POSIX has them")

IMAGE = "greenroom/build:0123456789ab"
STEP = BuildImage(
    engine="docker", image=IMAGE, build=Build("/api"), resource="api", cause="", after=()
)
LABELS = RunLabels("shop-1", "abc", "shop", "/environment.yaml", "me", 0)


@pytest.mark.parametrize("there", [True, False], ids=["it made it", "it failed"])
def test_who_waited_for_another_builds_only_what_is_not_there(tmp_path: Path, there: bool) -> None:
    engine, told, waits = FakeEngine(), list[Event](), threading.Event()
    environ = {"XDG_STATE_HOME": str(tmp_path)}

    def tell(event: Event) -> None:
        told.append(event)
        waits.set()

    def second() -> None:
        build(STEP, engine, LABELS, environ, tell, lambda *_: None, Deadline.after(20))

    thread = threading.Thread(target=second)
    with turn("build-greenroom-build-0123456789ab", environ, Deadline.after(20), lambda: None):
        thread.start()
        assert waits.wait(20)
        if there:
            engine.world.images[IMAGE] = "sha256:1"
    thread.join(20)
    [notice] = told
    assert isinstance(notice, Noticed)
    assert notice.text == WAITING.format(IMAGE)
    assert any(call.startswith("build") for call in engine.calls) is not there
    assert IMAGE in engine.world.images


def test_where_nothing_can_be_kept_everybody_builds(tmp_path: Path) -> None:
    engine, occupied = FakeEngine(), tmp_path / "file"
    occupied.touch()
    environ = {"XDG_STATE_HOME": str(occupied)}
    build(STEP, engine, LABELS, environ, lambda _: None, lambda *_: None, Deadline.after(20))
    assert IMAGE in engine.world.images


class Failing(FakeEngine):
    """An engine whose builds fail in the second line."""

    def build(self, *_: object) -> None:
        raise BuildFailed("cannot build it", log=("RUN make", "no rule"), line=2)


@pytest.mark.parametrize(
    ("wanted", "message", "file"),
    [
        (
            Build("/api", "dev/Dockerfile"),
            "/api/dev/Dockerfile:2: cannot build it",
            "/api/dev/Dockerfile",
        ),
        (Build("/api", "/Dockerfile"), "/Dockerfile:2: cannot build it", "/Dockerfile"),
        (Build("/api", inline="FROM x"), "line 2 of dockerfile_inline: cannot build it", ""),
    ],
)
def test_a_failure_is_told_at_its_line_of_the_dockerfile(
    wanted: Build, message: str, file: str, tmp_path: Path
) -> None:
    environ, step = {"XDG_STATE_HOME": str(tmp_path)}, replace(STEP, build=wanted)
    with pytest.raises(StepFailed) as caught:
        build(step, Failing(), LABELS, environ, lambda _: None, lambda *_: None, Deadline.after(20))
    assert caught.value.message == message
    assert caught.value.evidence == Evidence(
        log=("RUN make", "no rule"), file=file, line=2 if file else 0
    )

"""What is said of a service that listens elsewhere than where it is asked, or is too small."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from orchestrator import Environment, StepFailed
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.model.launch import Listener, State
from orchestrator.waiting import Deadline, Stopped, poll

ANYWHERE, ALONE = "0.0.0.0", "127.0.0.1"
MORE_TIME = "if it needs more time, give web a longer `timeout:`"


def failed(engine: FakeEngine, folder: Path, **entry: object) -> StepFailed:
    """What is said of a service that does not get ready, because nobody answers on its port."""
    service = {"image": "web:1", "ports": [8000], "timeout": "1ms", **entry}
    manifest = {"services": {"web": service}}
    with pytest.raises(StepFailed) as caught:
        Environment.of(manifest, folder=folder, engines={"docker": engine}).up()
    return caught.value


@pytest.mark.parametrize(
    ("summary", "listeners", "hint"),
    [
        ("it does", [Listener(ANYWHERE, 8000)], MORE_TIME),
        ("both ways", [Listener(ALONE, 8000), Listener("::", 8000)], MORE_TIME),
        ("nowhere yet", [], MORE_TIME),
        (
            "only for its own container",
            [Listener(ALONE, 8000)],
            (
                "web listens on 127.0.0.1:8000, which nobody outside its container reaches: "
                "tell it to listen on 0.0.0.0"
            ),
        ),
        (
            "elsewhere",
            [Listener(ANYWHERE, 8080), Listener(ANYWHERE, 80)],
            (
                "nothing in web listens on port 8000, but on ports 80 and 8080: "
                "correct its `ports`, or tell it the other"
            ),
        ),
        (
            "in many places",
            [Listener(ANYWHERE, port) for port in range(1, 8)],
            (
                "nothing in web listens on port 8000, but on ports 1, 2, 3, 4, 5 and others: "
                "correct its `ports`, or tell it the other"
            ),
        ),
    ],
)
def test_where_a_container_listens(
    summary: str, listeners: list[Listener], hint: str, tmp_path: Path
) -> None:
    engine = FakeEngine()
    engine.listens("web", *listeners)
    assert failed(engine, tmp_path).hint == hint, summary


def test_who_cannot_see_it_says_nothing_of_it(tmp_path: Path) -> None:
    assert failed(FakeEngine(), tmp_path).hint == MORE_TIME


def test_who_fails_to_look_says_nothing_of_it(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.fail("listeners", "web", EngineError("no"))
    assert failed(engine, tmp_path).hint == MORE_TIME


def test_a_probe_of_the_log_is_of_no_port(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.listens("web", Listener(ALONE, 8000))
    assert failed(engine, tmp_path, ready={"log": "started"}).hint == MORE_TIME


def test_the_order_to_stop_ends_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.probes.wait.ASIDE_SECONDS", 0)
    monkeypatch.setattr("orchestrator.lifecycle.readying.LOG_SECONDS", 60)
    engine = FakeEngine()
    engine.hang("listeners", "web")
    manifest = {"services": {"web": {"image": "web:1", "ports": [8000]}}}
    environment = Environment.of(manifest, folder=tmp_path, engines={"docker": engine})

    def end() -> None:
        poll(lambda: "listeners web" in engine.calls, Deadline.after(20))
        environment.stop()

    ending = threading.Thread(target=end)
    ending.start()
    deadline = Deadline.after(20)
    with pytest.raises(Stopped):
        environment.up()
    ending.join()
    assert not deadline.passed


def test_the_memory_that_was_not_enough_is_named(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.becomes("web", State("exited", 137, out_of_memory=True))
    told = failed(engine, tmp_path, timeout="20s", limits={"memory": "32m"})
    assert told.hint == "give web more than the 32m of its `limits: {memory: ...}`"

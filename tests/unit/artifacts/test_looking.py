"""What is seen of an environment on a fake engine, and what of one that does not answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator import Environment
from orchestrator.artifacts import looking, reading
from orchestrator.artifacts.dossier import Witness
from orchestrator.artifacts.looking import Looker
from orchestrator.artifacts.window import Window
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.model.launch import Found, LogLine, State
from orchestrator.model.moment import rfc3339
from orchestrator.pytest_plugin.shown import cleaner
from orchestrator.waiting import Deadline, poll

NOON = 1795694400.0
WINDOW = Window(NOON, NOON + 1)

MANIFEST = {
    "name": "shop",
    "databases": {"ledger": {"use": "postgres", "password": "hunter22", "ready": {"log": "ready"}}},
    "tasks": {"migrate": {"image": "migrate:1"}},
    "services": {
        "api": {"image": "api:1", "ports": [8000], "ready": {"log": "ready"}},
        "worker": {"image": "worker:1", "ready": {"log": "ready"}},
    },
}


class Place:
    """The manifest on a fake engine, and what looks at it."""

    def __init__(self, folder: Path) -> None:
        self.docker = FakeEngine("docker")
        for name in ("ledger", "api", "worker"):
            self.docker.says(name, "ready")
        self.docker.becomes("migrate", State("exited", 0))
        self.environment = Environment.of(
            MANIFEST, folder=folder, engines={"docker": self.docker}
        ).up()
        self.looker = Looker(cleaner(self.environment))
        self.looker.know(self.environment.view.instances)

    def logs(self, name: str, *texts: str, at: float = NOON) -> None:
        """Let an instance have logged these lines, one each millisecond."""
        self.docker.world.scripts[name].lines += [
            LogLine(rfc3339(at + number / 1000), "stdout", text)
            for number, text in enumerate(texts)
        ]

    def look(self) -> dict[str, Witness]:
        return {one.name: one for one in self.looker.look(self.environment.view, WINDOW, sizes={})}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def texts(one: Witness) -> list[str]:
    return [line.text for line in one.lines]


def test_each_shows_its_lines_of_the_window_and_its_address(place: Place) -> None:
    place.logs("api", "too early", at=NOON - 1)
    place.logs("api", "one", "two")
    seen = place.look()
    assert list(seen) == ["ledger", "api", "worker"], "a task that is done is no news"
    assert texts(seen["api"]) == ["one", "two"]
    assert seen["api"].address.startswith("http://127.0.0.1:")
    assert ":***@" in seen["ledger"].address
    assert all(not one.state and not one.notes for one in seen.values())
    assert seen["worker"].silent


def test_secrets_are_hidden_and_a_terminal_has_nothing_to_obey(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "a-token-of-the-tests")
    place.logs(
        "api",
        "password=hunter22 \x1b[31mred\x1b[0m",
        "hun\x1b[1mter22",
        "\x1b]0;title\x07a-token-of-the-tests",
    )
    assert texts(place.look()["api"]) == ["password=*** red", "***", "***"]


def test_who_is_not_well_is_said_to_be(place: Place) -> None:
    place.docker.becomes("api", State("exited", 137, out_of_memory=True))
    place.docker.becomes("worker", State("running", health="unhealthy"))
    for one in place.environment.view.resources.values():
        _ = one.state  # Fake instances change when they are looked at.
    seen = place.look()
    assert seen["api"].state == "exited with code 137, killed because it ran out of memory"
    assert seen["worker"].state == "running, health check says unhealthy"
    assert seen["ledger"].state == ""


def test_what_is_gone_is_said_to_be_gone(place: Place) -> None:
    place.docker.world.instances.pop(place.environment["api"].found.id)
    assert place.look()["api"].state == "gone"


def test_what_was_made_anew_is_said_once(place: Place) -> None:
    found = place.environment["api"].found
    place.docker.world.instances.pop(found.id)
    anew = type(found)(found.engine, found.kind, "another", found.labels, found.name)
    place.docker.world.instances["another"] = anew
    (note,) = place.look()["api"].notes
    assert note.startswith("was made anew")
    assert place.look()["api"].notes == ()


def test_of_a_long_log_the_last_lines_are_kept_and_the_others_counted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 5)
    place.logs("api", *(f"line {n}" for n in range(12)))
    place.logs("api", "of another test", at=NOON + 2)
    seen = place.look()["api"]
    assert (texts(seen), seen.left_out) == ([f"line {n}" for n in range(7, 12)], 7)


def test_of_a_log_that_cannot_be_read_in_time_there_are_the_last_lines(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 5)
    monkeypatch.setattr(looking, "SECONDS", 1.0)
    place.logs("api", *(f"line {n}" for n in range(12)))
    logs = place.docker.logs

    def slow(found: Found, deadline: Deadline, **asked: Any) -> Iterator[LogLine]:
        yield from logs(found, deadline, **asked)
        if asked.get("tail") is None:
            poll(lambda: False, deadline)

    monkeypatch.setattr(place.docker, "logs", slow)
    seen = place.look()["api"]
    assert (texts(seen), seen.left_out) == ([f"line {n}" for n in range(7, 12)], 0)
    assert seen.notes == (reading.LONGER,)
    assert place.looker.silent == frozenset()


@pytest.mark.parametrize("verb", ["logs", "list"])
def test_who_does_not_answer_costs_its_time_once(
    verb: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "SECONDS", 1.5)
    monkeypatch.setattr(looking, "SECONDS_WHEN_SILENT", 1.0)
    place.logs("worker", "still there")
    place.docker.hang(verb, "api" if verb == "logs" else "")
    for patience in (1.5, 1.0):
        began = time.monotonic()
        seen = place.look()
        assert time.monotonic() - began >= patience, "so long, and not for ever"
        assert seen["api"].notes == ("docker did not answer in time: lines may be missing",)
    assert place.looker.silent == {"docker"}
    assert texts(seen["worker"]) == (["still there"] if verb == "logs" else [])


def test_what_an_engine_refuses_is_told_in_its_words(place: Place) -> None:
    place.docker.fail("logs", "api", EngineError("the log is\nbroken: hunter22"))
    assert place.look()["api"].notes == ("its log could not be read: the log is broken: ***",)


def test_what_nobody_has_thought_of_is_told_too(place: Place) -> None:
    place.docker.fail("logs", "api", ZeroDivisionError("by zero"))
    (note,) = place.look()["api"].notes
    assert note == "its log could not be read: ZeroDivisionError: by zero"


def test_another_clock_is_told_and_allowed_for(place: Place) -> None:
    place.docker.ahead = lambda _deadline: (3600.0, 0.01)  # type: ignore[attr-defined]
    place.logs("api", "by an hour", at=NOON + 3600)
    (line,) = place.look()["api"].lines
    assert (line.time, line.text) == (rfc3339(NOON), "by an hour")
    (note,) = place.look()["api"].notes
    assert note.startswith("the clock of docker is 3600.00 s ahead of this machine's: ")

"""What is kept of real containers and processes: their logs with times, and how they have ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator import Environment
from orchestrator.artifacts.collecting import collect
from orchestrator.artifacts.folder import Folder
from orchestrator.lifecycle.last_look import LastLook
from orchestrator.model.event import Event, Noticed

pytestmark = pytest.mark.engine

TALK = "for n in 1 2 3 4 5; do echo out $n; echo err $n >&2; sleep 0.01; done; seq 3000; echo up"

MANIFEST = {
    "services": {
        "talker": {
            "image": "debian:12-slim",
            "command": ["sh", "-c", f"{TALK}; echo $TOKEN; exec sleep 1000"],
            "env": {"TOKEN": "letmein-please"},
            "ready": {"log": "^up$"},
        },
        "here": {"command": ["sh", "-c", "echo up; exec sleep 1000"], "ready": {"log": "up"}},
    },
    "tasks": {"once": {"image": "debian:12-slim", "command": ["sh", "-c", "echo done"]}},
}


def test_logs_and_ends_of_real_ones(live_environ: dict[str, str], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "kept")
    folder.prepare()
    events: list[Event] = []
    kept = {}

    def keep(look: LastLook) -> None:
        records = collect(look, folder, environment.mask)
        kept.update({record.name: record for record in records})

    environment = Environment.of(MANIFEST, folder=tmp_path, listen=events.append, before_end=keep)
    with environment:
        pass
    assert {name: record.state for name, record in kept.items()} == {
        "talker": "running",
        "here": "running",
        "once": "exited with code 0",
    }
    lines = folder.log("talker").read_text().splitlines()
    assert kept["talker"].lines == len(lines) == 3_012
    times = [line.split(" ", 1)[0] for line in lines]
    assert times == sorted(times)
    said = [line.split(" ", 1)[1] for line in lines]
    assert [text for text in said if text.startswith("err")] == [f"err {n}" for n in range(1, 6)]
    # The engine reads two pipes, and which one first is its own affair.
    assert said.index("out 1") < said.index("out 3")
    assert said[-1] == "***"
    assert folder.log("here").read_text().split(" ", 1)[1] == "up\n"
    assert not [event for event in events if isinstance(event, Noticed)]

"""What a test worker notes of the test that it begins, in case that nobody can ask it later.

Its controller hears of a beginning when it has time for that: by then the test may have done all
that its dossier is about. So each worker has a file for it, which outlives the worker.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from orchestrator.pytest_plugin.places import place_of
from orchestrator.pytest_plugin.running import Running
from orchestrator.pytest_plugin.used import worker_input

BEGINNING = "greenroom_beginning"
"""The key under which a worker is told its file."""


def expect(node: Any, folder: Path) -> None:
    """Tell a worker of xdist, which has not begun yet, where to note its tests."""
    node.workerinput[BEGINNING] = str(folder / node.gateway.id)


def note(item: pytest.Item, running: Running) -> None:
    """Note in a worker which test has begun, when, where it stands, and how long the logs were."""
    path = worker_input(item.config).get(BEGINNING)
    if path:
        told = {"test": item.nodeid, "attempt": running.attempt, "place": place_of(item)}
        text = json.dumps(told | {"began": running.began, "sizes": dict(running.sizes)})
        # The worker may be on another machine.
        with suppress(OSError):
            Path(path).write_text(text, encoding="utf-8")


def noted(node: Any, nodeid: str) -> Running | None:
    """Return in the controller what a worker has noted of a test, None if its last is another."""
    try:
        told = json.loads(Path(node.workerinput[BEGINNING]).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError):
        return None
    if told["test"] != nodeid:
        return None
    return Running(told["attempt"], began=told["began"], sizes=told["sizes"], place=told["place"])

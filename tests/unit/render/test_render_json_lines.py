"""Events as JSON: one object on each line, with stable keys."""

from __future__ import annotations

import io
import json

from events_in import WAY_DOWN, WAY_UP, begun, broke, ready, starts

from orchestrator.artifacts.events import as_json
from orchestrator.render.json_lines import JsonLines


def test_a_step_is_an_object_with_the_events_name() -> None:
    assert as_json(starts(0, "start ledger")) == (
        '{"event": "StepStarted", "at": 100.0, "step": "start ledger", "subject": "ledger", '
        '"cause": "of a reason", "after": []}'
    )


def test_pairs_become_objects() -> None:
    assert json.loads(as_json(begun("a", "b", waits={"b": ("a",)}))) == {
        "event": "RunStarted",
        "at": 100.0,
        "run": "payments-x7k2",
        "name": "payments",
        "engines": ["docker 28.1"],
        "resources": ["a", "b"],
        "waits": {"b": ["a"]},
        "tasks": [],
        "reason": "",
    }
    addresses = json.loads(as_json(ready(1)))["addresses"]
    assert addresses == {"ledger": "postgresql://me:***@127.0.0.1:5/db"}


def test_a_failure_brings_its_evidence() -> None:
    told = json.loads(as_json(broke(1, "ready ledger", "no")))
    assert told["evidence"] == {
        "seconds": 0.0,
        "answer": "",
        "state": "",
        "log": ["boom"],
        "file": "",
        "line": 0,
    }
    assert (told["message"], told["hint"]) == ("no", "")


def test_every_event_is_a_line() -> None:
    stream = io.StringIO()
    shown = JsonLines(stream)
    for event in [*WAY_UP, *WAY_DOWN]:
        shown.show(event)
    shown.say("not for programs")
    lines = stream.getvalue().splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        type(event).__name__ for event in [*WAY_UP, *WAY_DOWN]
    ]

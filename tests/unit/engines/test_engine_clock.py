"""An engine elsewhere is asked for the time, and how wrong that may be is known."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.engines.docker.clocks import ahead


class Client:
    """Answers with this description of an engine."""

    def __init__(self, info: dict[str, Any]) -> None:
        self.info = info

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/info"
        return self.info


@pytest.mark.parametrize("zone", ["Z", "+02:00"])
@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_by_how_much_the_clock_is_ahead(hours: int, zone: str) -> None:
    asked = time.time()
    there = datetime.now(UTC) + timedelta(hours=hours)
    local = there + timedelta(hours=0 if zone == "Z" else 2)
    said = local.replace(tzinfo=None).isoformat() + "000" + zone
    seconds, unsure = ahead(Client({"SystemTime": said}))  # type: ignore[arg-type]
    passed = time.time() - asked
    assert seconds == pytest.approx(hours * 3600, abs=passed + 1)
    assert 0 <= unsure <= passed


@pytest.mark.parametrize("info", [{}, {"SystemTime": ""}, {"SystemTime": "noon"}])
def test_who_does_not_tell_the_time_is_taken_to_have_the_same(info: dict[str, Any]) -> None:
    assert ahead(Client(info)) == (0.0, 1.0)  # type: ignore[arg-type]

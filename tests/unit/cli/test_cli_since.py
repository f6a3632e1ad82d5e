"""Moments as people name them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.cli.since import moment
from orchestrator.model.moment import nanoseconds

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

MOMENTS = [
    ("90s", "2026-11-23T11:58:30Z"),
    ("5m", "2026-11-23T11:55:00Z"),
    ("1.5h", "2026-11-23T10:30:00Z"),
    ("2d", "2026-11-21T12:00:00Z"),
    ("500ms", "2026-11-23T11:59:59.500000Z"),
    ("2026-11-23T10:15:00Z", "2026-11-23T10:15:00Z"),
    ("2026-11-23T10:15:00+01:00", "2026-11-23T09:15:00Z"),
]


@pytest.mark.parametrize(("text", "expected"), MOMENTS)
def test_moments(text: str, expected: str) -> None:
    assert moment(text, NOW) == expected


def test_times_of_more_and_fewer_digits_compare() -> None:
    times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.049Z", "2026-01-01T00:00:00.5Z"]
    assert sorted([times[2], times[0], times[1]], key=nanoseconds) == times

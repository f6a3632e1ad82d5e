"""Each engine in turn, with everything removed after each test, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_cases import Case, borrowed, parameters


@pytest.fixture(params=parameters())
def engine_case(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Case]:
    yield from borrowed(request.param, tmp_path, monkeypatch)

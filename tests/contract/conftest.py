"""Each engine in turn, with everything removed after each test, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_cases import Case, parameters, within

from orchestrator.errors import EngineUnavailable


@pytest.fixture(params=parameters())
def engine_case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    case: Case = request.param(tmp_path)
    try:
        case.engine.describe(within(10))
    except EngineUnavailable as error:
        # A suite that passes because nothing was there to be tested would be worth nothing.
        pytest.fail(f"the {case.name} engine cannot be tested: {error.message}; {error.hint}")
    try:
        yield case
    finally:
        case.tidy()

"""A process engine with a run of its own; whatever a test leaves of it is removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from host_processes import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    try:
        yield bench
    finally:
        bench.tidy()

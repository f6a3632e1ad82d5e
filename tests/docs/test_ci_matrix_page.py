"""docs/ci.md against the code: what it says of several versions at once."""

from __future__ import annotations

from doc_blocks import FOLDER

from orchestrator.ci.matrix.combination import MOST
from orchestrator.ci.matrix.outcome import NOT_RUN, STOPPED
from orchestrator.ci.matrix.room import (
    MEBIBYTE,
    MOST_CONTAINERS,
    MOST_RUNS,
    RESOURCE_MEMORY,
    TESTS_MEMORY,
)
from orchestrator.ci.matrix.running import PATIENCE
from orchestrator.ci.matrix.table import HEADS

WHOLE = (FOLDER / "ci.md").read_text("utf-8")
PART = WHOLE.partition("\n## Several versions at once\n")[2].partition("\n## ")[0]
TEXT = " ".join(PART.split())


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"There can be {MOST} of them." in TEXT
    assert f"or {RESOURCE_MEMORY // MEBIBYTE} MiB" in TEXT
    assert f"{TESTS_MEMORY // MEBIBYTE} MiB for the tests" in TEXT
    assert f"make {MOST_CONTAINERS} together" in TEXT
    assert f"| {MOST_RUNS}, because engines" in TEXT
    assert PATIENCE == 9.0
    assert "nine seconds at most" in TEXT


def test_the_words_are_those_of_the_table() -> None:
    assert " ".join(HEADS) in TEXT
    assert f"`{STOPPED}`" in TEXT
    assert f"`{NOT_RUN}`" in TEXT

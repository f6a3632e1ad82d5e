"""All combinations in one table: for the end of the log, and for the summary."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.artifacts.matrix import CombinationRecord, MatrixRecord
from orchestrator.artifacts.record import Verdict
from orchestrator.ci.markdown import code, table
from orchestrator.model.printable import printable
from orchestrator.render.columns import columns
from orchestrator.render.words import seconds

HEADS = ("combination", "verdict", "exit code", "tests", "up", "testing")
NONE = "-"

WHOLE_CAUSES = 3
"""So many combinations say at the end of the log all there is to say of why they have failed."""


def row(one: CombinationRecord) -> tuple[str, ...]:
    """Return one combination as the cells of the table."""
    return (
        printable(one.name),
        one.verdict,
        NONE if one.exit_code is None else str(one.exit_code),
        NONE if one.tests is None else one.tests.words,
        NONE if one.up is None else seconds(one.up),
        NONE if one.testing is None else seconds(one.testing),
    )


def passed(one: CombinationRecord) -> bool:
    """Whether all went well with it."""
    return one.verdict == Verdict.PASSED


def as_lines(record: MatrixRecord) -> list[str]:
    """Return the table for the end of the log."""
    return columns([HEADS, *map(row, record.combinations)])


def result(record: MatrixRecord) -> str:
    """Return all of it in one sentence."""
    good, of = sum(map(passed, record.combinations)), len(record.combinations)
    return f"{good} of {of} combinations passed, in {seconds(record.ended - record.began)}"


def why(record: MatrixRecord) -> Iterator[str]:
    """Yield why combinations have failed: of the first all that is known, of the others a line."""
    for number, one in enumerate(one for one in record.combinations if one.cause):
        first, *others = one.cause
        yield f"{printable(one.name)}: {first}"
        if number < WHOLE_CAUSES:
            yield from (f"  {line}" for line in others)


def as_markdown(record: MatrixRecord) -> str:
    """Return the table in Markdown."""
    cells = ([code(name), *others] for name, *others in map(row, record.combinations))
    return "\n".join([f"## {code(record.name)}: {result(record)}", "", *table(HEADS, cells), ""])

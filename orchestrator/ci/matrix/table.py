"""All combinations in one table: for the terminal, for the summary, and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from orchestrator.artifacts.matrix import CombinationRecord, MatrixRecord
from orchestrator.artifacts.record import TestCounts, Verdict
from orchestrator.render.columns import columns
from orchestrator.render.printable import printable
from orchestrator.render.words import seconds

HEADER = ("combination", "verdict", "exit code", "tests", "up", "testing")
NONE = "-"

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .4rem .8rem; text-align: left; }
td:nth-child(n+3), th:nth-child(n+3) { text-align: right; white-space: nowrap; }
.bad { color: light-dark(#b42318, #ff8a80); font-weight: 600; }
.good { color: light-dark(#067647, #6ce9a6); }
"""


def row(one: CombinationRecord) -> tuple[str, ...]:
    """Return one combination as the cells of the table."""
    return (
        one.name,
        one.verdict,
        NONE if one.exit_code is None else str(one.exit_code),
        counted(one.tests),
        NONE if one.up is None else seconds(one.up),
        NONE if one.testing is None else seconds(one.testing),
    )


def counted(tests: TestCounts | None) -> str:
    """Return how many tests there were, and how they ended: `12 passed, 1 failed`."""
    if tests is None:
        return NONE
    failed = tests.failed + tests.errors
    parts = [(tests.passed, "passed"), (failed, "failed"), (tests.skipped, "skipped")]
    return ", ".join(f"{number} {words}" for number, words in parts if number) or "none"


def passed(one: CombinationRecord) -> bool:
    """Whether all went well with it."""
    return one.verdict == Verdict.PASSED


def as_lines(record: MatrixRecord) -> list[str]:
    """Return the table for a terminal."""
    return [printable(line) for line in columns([HEADER, *map(row, record.combinations)])]


def result(record: MatrixRecord) -> str:
    """Return all of it in one sentence."""
    good, of = sum(map(passed, record.combinations)), len(record.combinations)
    return f"{good} of {of} combinations passed in {seconds(record.ended - record.began)}"


def as_markdown(record: MatrixRecord) -> str:
    """Return the table in Markdown, with why each has failed that did; what failed comes first."""
    lines = [
        f"## {'✅' if not record.exit_code else '❌'} {_cell(record.name)}: {result(record)}",
        "",
    ]
    lines += ["| " + " | ".join(HEADER) + " |", "|---|---|--:|--:|--:|--:|"]
    lines += ["| " + " | ".join(map(_cell, row(one))) + " |" for one in record.combinations]
    causes = [one for one in record.combinations if one.cause]
    lines += [""] if causes else []
    lines += [f"- **{_cell(one.name)}**: {_cell(one.cause)}" for one in causes]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    shown = escape(printable(text).replace("\n", " "), quote=False)
    return "".join(f"\\{one}" if one in "\\`*_[]|#~" else one for one in shown)


def as_page(record: MatrixRecord) -> str:
    """Return a page with the table, from which the reports of all combinations can be reached."""
    body = "\n".join(_rows(record))
    heads = "".join(f"<th>{one}</th>" for one in HEADER)
    title = escape(f"{record.name}: {result(record)}")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f'<div class="wide"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n'
        "</tbody>\n</table></div>\n</body>\n</html>\n"
    )


def _rows(record: MatrixRecord) -> Iterator[str]:
    for one in record.combinations:
        name, verdict, *others = (escape(printable(cell)) for cell in row(one))
        link = f'<a href="{quote(one.folder)}/report.html">{name}</a>'
        first = name if one.exit_code is None else link
        kind = "good" if passed(one) else "bad"
        cause = f"<br><small>{escape(printable(one.cause))}</small>" if one.cause else ""
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        yield f'<tr><td>{first}</td><td><b class="{kind}">{verdict}</b>{cause}</td>{cells}</tr>'

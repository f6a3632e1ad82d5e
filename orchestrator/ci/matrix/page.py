"""A page with the table of all combinations, from which their reports can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.matrix import CombinationRecord, MatrixRecord
from orchestrator.ci.matrix.table import HEADS, passed, result, row
from orchestrator.render.report.escaping import escaped

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .4rem .8rem; text-align: left; }
td { vertical-align: top; }
td:nth-child(n+3), th:nth-child(n+3) { text-align: right; white-space: nowrap; }
pre { margin: .3rem 0 0; font-size: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.bad { color: light-dark(#b42318, #ff8a80); }
.good { color: light-dark(#067647, #6ce9a6); }
"""


def page(record: MatrixRecord, folder: Folder) -> str:
    """Return the page, which needs nothing but itself; `folder` is where it will stand."""
    heads = "".join(f"<th>{one}</th>" for one in HEADS)
    title = escaped(f"{record.name}: {result(record)}")
    rows = "\n".join(_rows(record, folder))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        f'<div class="wide"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n'
        "</tbody>\n</table></div>\n</body>\n</html>\n"
    )


def _rows(record: MatrixRecord, folder: Folder) -> Iterator[str]:
    for one in record.combinations:
        name, verdict, *others = (escaped(cell) for cell in row(one))
        kind = "good" if passed(one) else "bad"
        why = escaped("\n".join(one.cause))
        more = f"<pre>{why}</pre>" if why else ""
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        first = _linked(name, one, folder)
        yield f'<tr><td>{first}</td><td><b class="{kind}">{verdict}</b>{more}</td>{cells}</tr>'


def _linked(name: str, one: CombinationRecord, folder: Folder) -> str:
    """Return the name, with a link to the report, or else to what there is."""
    own = Folder(folder.path / one.folder)
    there = next((path for path in (own.report, own.summary, own.console) if path.exists()), None)
    if there is None:
        return name
    return f'<a href="{quote(folder.relative(there))}">{name}</a>'

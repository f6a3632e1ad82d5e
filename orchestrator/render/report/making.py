"""The report, made of what a folder holds."""

from __future__ import annotations

from orchestrator.render.report.cause import cause, verdict
from orchestrator.render.report.data import Data
from orchestrator.render.report.escaping import escaped, script_json
from orchestrator.render.report.facts import (
    cause_section,
    circumstances,
    heading,
    notes_section,
    phase_items,
    tests_line,
)
from orchestrator.render.report.material import Material
from orchestrator.render.report.page import page
from orchestrator.render.report.table import resource_rows


def report(material: Material) -> str:
    """Return the whole page."""
    kind, words = heading(verdict(material))
    return page(
        {
            "kind": kind,
            "verdict": words,
            "name": escaped(material.name),
            "circumstances": circumstances(material),
            "cause": cause_section(cause(material), material),
            "notes": notes_section(material),
            "phases": phase_items(material),
            "resources": resource_rows(material),
            "tests_line": escaped(tests_line(material)),
            "data": script_json(Data(material).whole()),
        }
    )

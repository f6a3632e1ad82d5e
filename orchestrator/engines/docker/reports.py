"""The reports that the engine sends while it pulls or builds: one JSON object on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orchestrator.engines.docker.stream import Stream
from orchestrator.errors import EngineError

Report = dict[str, Any]


def reports(stream: Stream, doing: str) -> Iterator[Report]:
    """Each report as it comes. Raises EngineError when one tells of an error, with its words."""
    while line := stream.readline():
        if not line.strip():
            continue
        report = _report(line)
        yield report
        if words := _error(report):
            raise EngineError(f"cannot {doing}: {words}")


def _error(report: Report) -> str:
    """The words of the error that a report brings; empty when it brings none."""
    detail = report.get("errorDetail") or {}
    return str(report.get("error") or detail.get("message") or "").strip()


def _report(line: bytes) -> Report:
    try:
        report = json.loads(line)
    except ValueError:
        report = None
    if isinstance(report, dict):
        return report
    return {"error": f"an answer that is no JSON: {line.decode('utf-8', 'replace').strip()}"}

"""The reports that the engine sends while it pulls or builds: one JSON object on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orchestrator.engines.docker.exchange import without_tags
from orchestrator.engines.docker.refusals import refused
from orchestrator.engines.docker.stream import Stream

Report = dict[str, Any]


def reports(stream: Stream, doing: str) -> Iterator[Report]:
    """Each report as it comes. Raises EngineError when one tells of an error, with its words."""
    while line := stream.readline():
        if not line.strip():
            continue
        report = _report(line)
        yield report
        if words := _error(report):
            raise refused(doing, words)


def _error(report: Report) -> str:
    """The words of the error that a report brings; empty when it brings none."""
    detail = report.get("errorDetail")
    message = detail.get("message") if isinstance(detail, dict) else detail
    return str(report.get("error") or message or "").strip()


def _report(line: bytes) -> Report:
    try:
        report = json.loads(line)
    except (ValueError, RecursionError):
        report = None
    if isinstance(report, dict):
        return report
    return {
        "error": f"it answered what is no report: {without_tags(line.decode('utf-8', 'replace'))}"
    }

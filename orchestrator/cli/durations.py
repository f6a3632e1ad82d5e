"""Durations as people write them: `90s`, `5m`, `2h`."""

from __future__ import annotations

import re

from orchestrator.errors import UsageError

DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def duration(text: str, option: str) -> float:
    """Return a duration in seconds. Raises UsageError, naming the option, for anything else."""
    found = DURATION.fullmatch(text.strip())
    if not found or not float(found[1]):
        said = option if option.endswith("=") else f"{option} "
        raise UsageError(f"{said}{text} is no duration", hint=f"write {said}90s, 5m or 2h, say")
    return float(found[1]) * SECONDS[found[2]]

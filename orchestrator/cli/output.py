"""Results go to stdout, what is said about them to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any


def result(*lines: str) -> None:
    """Print lines that somebody asked for."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def remark(*lines: str) -> None:
    """Print lines about what happened, which no program reads."""
    sys.stdout.flush()
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def as_json(value: Any) -> None:
    """Print a value as JSON that people can read too."""
    result(json.dumps(value, indent=2, ensure_ascii=False))


def table(rows: Iterable[list[str]]) -> None:
    """Print rows in aligned columns."""
    from orchestrator.render.columns import columns

    result(*columns(rows))

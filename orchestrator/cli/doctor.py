"""`greenroom doctor`: what Greenroom depends on here, and whether it is well."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.cli.options import Json
from orchestrator.cli.output import as_json, result

if TYPE_CHECKING:
    from orchestrator.doctor import Finding
    from orchestrator.render.colours import Paint

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}
LEVEL, TOPIC = 9, 13
"""How wide the columns are."""
NEXT = "next: "
NARROWEST = 60


def doctor(json: Json = False) -> int:
    """Say what Greenroom depends on here, and whether it is well.

    Which engine answers, servers of this host, registries, room, what is left over, the manifest
    found here: each with the next step where one is to be taken. Nothing is started or changed. The
    exit code is 0 when something can be run.
    """
    from orchestrator.doctor import Around, examine
    from orchestrator.doctor.examining import exit_code
    from orchestrator.render.colours import painter

    found = examine(Around(os.environ, Path.cwd()))
    if json:
        as_json([as_value(one) for one in found])
    else:
        paint = painter(sys.stdout, os.environ)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        for one in found:
            result(*lines(one, paint, width))
    return exit_code(found)


def lines(finding: Finding, paint: Paint, width: int) -> Iterator[str]:
    """Yield the lines of a finding; a `width` of 0 breaks none."""
    level = paint(COLOURS[finding.level], finding.level.ljust(LEVEL))
    head = f"{level}{finding.topic.ljust(TOPIC)}"
    for number, text in enumerate(broken(finding.text, width)):
        yield f"{head if number == 0 else ' ' * (LEVEL + TOPIC)}{text}"
    # Where all is well there is no step to take, only something to know.
    mark = NEXT if finding.level != "ok" else ""
    for number, text in enumerate(broken(finding.hint, width - len(mark) if width else 0)):
        if text:
            before = paint("bold", mark) if number == 0 else " " * len(mark)
            yield f"{' ' * (LEVEL + TOPIC)}{before}{text}"


def broken(text: str, width: int) -> list[str]:
    """Return a text in lines that fit beside the columns; words and paths stay whole."""
    if not width:
        return [text]
    room = max(width, NARROWEST) - LEVEL - TOPIC
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def as_value(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON has it."""
    return {
        "level": str(finding.level),
        "topic": finding.topic,
        "text": finding.text,
        "next": finding.hint,
    }

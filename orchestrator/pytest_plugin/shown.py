"""Texts of others, as a report may show them and a folder may hold them."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.artifacts.looking import Clean
    from orchestrator.environment import Environment
    from orchestrator.errors import GreenroomError


def cleaner(environment: Environment | None) -> Clean:
    """Return what takes secrets out of lines, and what a terminal would obey.

    Secrets are those of the environment's manifest and of our own variables, whoever has set them.
    They are looked for before and after: an escape may have stood in the midst of one.
    """
    masks: list[Callable[[str], str]] = [] if environment is None else [environment.mask]

    def masked(lines: Sequence[str]) -> list[str]:
        text = "\n".join(lines)
        for mask in masks:
            text = mask(text)
        return text.split("\n")

    def clean(lines: Sequence[str]) -> list[str]:
        if not lines:
            return []
        from orchestrator.model.printable import printable
        from orchestrator.model.secret import is_secret, masker

        if len(masks) <= (environment is not None):
            masks.append(masker(v for name, v in os.environ.items() if is_secret(name, v)))
        flat = [" ".join(line.splitlines()) for line in lines]
        return masked([printable(line) for line in masked(flat)])

    return clean


def bug(error: Exception, clean: Clean) -> str:
    """Return in a line that this is our own fault; what it says may be anything, a secret too."""
    try:
        return " ".join(clean([f"a bug in Greenroom: {error!r}"]))
    except Exception:
        return f"a bug in Greenroom: {type(error).__name__}"


def as_ours(error: Exception, clean: Clean) -> GreenroomError:
    """Return what nobody has foreseen as an error that can be told; of a bug, all that is known."""
    from orchestrator.errors import EngineError, GreenroomError
    from orchestrator.waiting import SILENT, TimedOut

    if isinstance(error, TimedOut):
        return EngineError(f"not done in time: {error}".removesuffix(": "), hint=SILENT)
    lines = "".join(traceback.format_exception(error)).splitlines()
    return GreenroomError("\n".join([bug(error, clean), *clean(lines)]))


def near(path: Path, folder: Path) -> str:
    """Return a path as one that is in a folder writes it, where that is shorter."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)

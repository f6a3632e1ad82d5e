"""What later steps and jobs are told of a run, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestrator.artifacts.record import Verdict

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record


def outputs(record: Record, folder: Folder) -> Mapping[str, str]:
    """Return the outputs; paths are absolute if the folder's is."""
    return {
        "outcome": outcome(record.verdict),
        "exit-code": str(record.exit_code),
        "run": record.run,
        "seconds": f"{record.ended - record.began:.1f}",
        "artifacts": str(folder.path),
        "report": str(folder.report),
        "junit": str(folder.junit),
    }


def outcome(verdict: Verdict) -> str:
    """Return a verdict as one word, for comparing: `tests-failed`."""
    return verdict.value.replace(" ", "-")

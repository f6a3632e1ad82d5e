"""GitLab CI: sections of the job's log; reports are files that the job's `artifacts:` name.

A section is begun and ended by marks with a time in whole seconds and a name of letters, digits
and `_.-` (GitLab's documentation, "CI/CD job logs").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.ci.tongues.places import below
from orchestrator.ci.tongues.tongue import Deed, Say, Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

CLEAR = "\x1b[0K"
"""Clears the line: where a log is shown as it is, nobody sees the marks."""


@dataclass
class GitLab:
    """Speaks to one job. `here` is the folder in which files are named."""

    environ: Mapping[str, str]
    here: str
    name: str = "gitlab"
    stream: Stream = "stdout"
    section: str = ""
    sections: int = 0

    def hide(self, secrets: Iterable[str]) -> list[Deed]:  # noqa: ARG002 - GitLab takes none
        """GitLab hides only variables of its own; Greenroom's mask does it."""
        return []

    def open(
        self, title: str, at: float, *, tests: bool = False, folded: bool = False
    ) -> list[str]:
        """Begin a section, closed to the eye if it is not the tests'.

        What went wrong in it is said behind it, at the end of the log, where GitLab leads people.
        """
        self.sections += 1
        plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
        self.section = f"greenroom_{self.sections}_{plain}"
        collapsed = "" if tests and not folded else "[collapsed=true]"
        mark = f"section_start:{int(at)}:{self.section}{collapsed}"
        return [f"{CLEAR}{mark}\r{CLEAR}{printable(title)}"]

    def close(self, at: float, *, well: bool = True) -> list[str]:  # noqa: ARG002
        """End the section that is open."""
        if not self.section:
            return []
        line = f"{CLEAR}section_end:{int(at)}:{self.section}\r{CLEAR}"
        self.section = ""
        return [line]

    def quoted(self, line: str) -> str:
        """Return a line without the carriage return that every mark has."""
        return line.replace("\r", "")

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:  # noqa: ARG002
        """Say where the artifacts can be looked at, if the job keeps them."""
        job, root = self.environ.get("CI_JOB_URL"), self.environ.get("CI_PROJECT_DIR")
        if not job or not root:
            return []
        path = below(root, self.here, str(folder.path))
        if path.startswith("/"):
            return []
        return [Say((f"artifacts, once the job is over: {job}/artifacts/browse/{path}",))]

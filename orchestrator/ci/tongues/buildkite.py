"""Buildkite: groups of the log, and an annotation on the build's page.

A line that begins with `---` opens a group that is closed to the eye, `+++` one that is not, and
`^^^ +++` opens the group it stands in (Buildkite's documentation, "Managing log output"). The rest
goes through the program `buildkite-agent`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.artifacts.record import Verdict
from orchestrator.ci.findings import title_of
from orchestrator.ci.fitting import fitted
from orchestrator.ci.tongues.hiding import hidden_lines
from orchestrator.ci.tongues.tongue import Call, Deed, Say, Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

ANNOTATION_BYTES = 1 << 20
"""What an annotation may hold (buildkite/agent: `clicommand/annotate.go`)."""

CONTEXT = 100
"""Characters of an annotation's context (the same file)."""

AGENT = "buildkite-agent"

HEADER = re.compile(r"(?m)^(?=(\x1b\[[0-9;]*m)*(---|\+\+\+|~~~|\^\^\^))")


@dataclass
class Buildkite:
    """Speaks to one job."""

    environ: Mapping[str, str]
    name: str = "buildkite"
    stream: Stream = "stdout"

    def hide(self, secrets: Iterable[str]) -> list[Deed]:
        """Have the agent redact every line that is worth it, if it takes calls of the job."""
        lines = hidden_lines(secrets)
        if not lines or not self.environ.get("BUILDKITE_AGENT_JOB_API_SOCKET"):
            return []
        numbered = {str(number): line for number, line in enumerate(lines)}
        argv = (AGENT, "redactor", "add", "--format", "json")
        return [Call(argv, json.dumps(numbered))]

    def open(
        self,
        title: str,
        at: float,  # noqa: ARG002
        *,
        tests: bool = False,
        folded: bool = False,
    ) -> list[str]:
        """Begin a group; the tests' is open to the eye."""
        return [f"{'+++' if tests and not folded else '---'} {printable(title)}"]

    def close(self, at: float, *, well: bool = True) -> list[str]:  # noqa: ARG002
        """The next group ends it; one in which something went wrong is opened to the eye."""
        return [] if well else ["^^^ +++"]

    def quoted(self, line: str) -> str:
        """Return a line with a blank before what would be a group."""
        return HEADER.sub(" ", line.replace("\r", ""))

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:  # noqa: ARG002
        """Put the summary on the build's page; a job that is tried again replaces its own."""
        passed = record.verdict is Verdict.PASSED
        style = "success" if passed else "error"
        argv = (AGENT, "annotate", "--style", style, "--context", self._context(record))
        called = Call(argv, fitted(summary, ANNOTATION_BYTES))
        return [called] if passed else [called, Say((f"+++ {printable(title_of(record))}",))]

    def _context(self, record: Record) -> str:
        """Return what the annotations of this step of the pipeline have in common."""
        named = ("BUILDKITE_STEP_KEY", "BUILDKITE_LABEL", "BUILDKITE_STEP_ID")
        step = next((found for name in named if (found := self.environ.get(name))), "")
        parallel = self.environ.get("BUILDKITE_PARALLEL_JOB", "")
        instead = [f"{name}={use}" for name, use in sorted(record.instead.items())]
        parts = ["greenroom", record.name, step, parallel, *instead]
        return "-".join(part for part in parts if part)[:CONTEXT]

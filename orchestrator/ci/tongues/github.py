"""GitHub Actions, and what works like it: Gitea, Forgejo, act.

The runner reads workflow commands, `::name property=value::data`, from both streams, at the
beginning of a line; the older form, `##[name]data`, anywhere in it (actions/runner:
`src/Runner.Common/ActionCommand.cs`). Outputs and the job summary are appended to files.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.ci.cause import unnamed
from orchestrator.ci.findings import Finding, findings
from orchestrator.ci.tongues.hiding import hidden_lines
from orchestrator.ci.tongues.outputs import outputs
from orchestrator.ci.tongues.places import below
from orchestrator.ci.tongues.tongue import Append, Deed, Say, Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

ANNOTATIONS = 10
"""Errors that a step can point at; the runner drops all others (`ExecutionContext.cs`)."""

LONGEST = 4096
"""Characters of an annotation's text that the runner keeps (`ExecutionContext.cs`)."""

SUMMARY_BYTES = 1 << 20
"""What a step's summary may hold: of a longer one, nothing is shown (`FileCommandManager.cs`)."""

COMMAND = re.compile(r"(?m)^(\s*):(?=:)|#(?=#\[)")


def random_token() -> str:
    """Return a word that nobody guesses."""
    return f"greenroom-{randomness.token_hex(16)}"


@dataclass
class GitHub:
    """Speaks to one step of a job.

    In a group, the runner is told to obey nothing until a word comes that nobody else knows. `here`
    is the folder in which files are named.
    """

    environ: Mapping[str, str]
    here: str
    token: Callable[[], str] = random_token
    name: str = "github"
    stream: Stream = "stdout"
    resume: str = ""
    is_open: bool = False
    pointed_at: int = 0

    def hide(self, secrets: Iterable[str]) -> list[Deed]:
        """Return a mask for every line that is worth one; the runner does not show these lines.

        In a group in which it obeys nothing it would show them, so for these it is made to.
        """
        masks = tuple(command("add-mask", line) for line in hidden_lines(secrets))
        if not masks:
            return []
        return [Say((*self._obey(), *masks, *self._ignore()) if self.resume else masks)]

    def open(
        self,
        title: str,
        at: float,  # noqa: ARG002
        *,
        tests: bool = False,
        folded: bool = False,
    ) -> list[str]:
        """Begin a group, none for the tests: it would be folded, and people want to see it.

        The runner itself writes the times.
        """
        if tests and not folded:
            return []
        self.is_open = True
        return [command("group", printable(title)), *([] if tests else self._ignore())]

    def close(self, at: float, *, well: bool = True) -> list[str]:  # noqa: ARG002
        """End the group that is open, and have commands obeyed again."""
        lines = [*self._obey(), *(["::endgroup::"] if self.is_open else [])]
        self.is_open = False
        return lines

    def quoted(self, line: str) -> str:
        """Return a line with a blank in what would begin a command, in both its forms."""
        return COMMAND.sub(lambda found: f"{found[0]} ", line.replace("\r", ""))

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:
        """Point at what went wrong, and set the outputs and the step's summary."""
        errors = tuple(self._pointing(findings(record), unnamed(record.tests)))
        deeds: list[Deed] = [Say(errors)] if errors else []
        if path := self.environ.get("GITHUB_STEP_SUMMARY"):
            deeds.append(Append(path, f"\n{summary}", SUMMARY_BYTES))
        if path := self.environ.get("GITHUB_OUTPUT"):
            told = outputs(record, folder).items()
            deeds.append(Append(path, "\n" + "".join(self._output(*each) for each in told)))
        return deeds

    def _ignore(self) -> list[str]:
        self.resume = self.token()
        return [command("stop-commands", self.resume)]

    def _obey(self) -> list[str]:
        lines = [f"::{self.resume}::"] if self.resume else []
        self.resume = ""
        return lines

    def _pointing(self, found: list[Finding], more: int) -> list[str]:
        shown = found[: max(0, ANNOTATIONS - self.pointed_at)]
        self.pointed_at += len(shown)
        rest = len(found) + more - len(shown)
        lines = [self._annotation(one) for one in shown]
        return [*lines, f"and {rest} more, in the summary of the job"] if rest else lines

    def _annotation(self, finding: Finding) -> str:
        properties = {"title": finding.title}
        if spot := finding.spot:
            root = self.environ.get("GITHUB_WORKSPACE", self.here)
            line = {"line": str(spot.line)} if spot.line else {}
            column = {"col": str(spot.column)} if spot.line and spot.column else {}
            properties = {"file": below(root, self.here, spot.file)} | line | column | properties
        return command("error", finding.message[:LONGEST], properties)

    def _output(self, name: str, value: str) -> str:
        """Return one output; a value of several lines stands before a word that is not in it."""
        if "\n" not in value:
            return f"{name}={value}\n"
        end = self.token()
        return f"{name}<<{end}\n{value}\n{end}\n"


def command(name: str, data: str, properties: Mapping[str, str] | None = None) -> str:
    """Return a workflow command in one line."""
    given = ",".join(f"{key}={as_property(value)}" for key, value in (properties or {}).items())
    return f"::{name}{' ' if given else ''}{given}::{as_data(data)}"


def as_data(text: str) -> str:
    """Return a text as the runner reads it behind the second `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_property(text: str) -> str:
    """Return a text as the runner reads it between commas."""
    return as_data(text).replace(":", "%3A").replace(",", "%2C")

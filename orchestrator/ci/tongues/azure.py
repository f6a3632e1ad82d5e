"""Azure Pipelines: `##vso[area.action property=value;]data`, anywhere in a line of either stream.

How texts are escaped: microsoft/azure-pipelines-agent, `src/Agent.Sdk/CommandStringConvertor.cs`,
and `docs/design/percentEncoding.md` for the per cent sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.ci.findings import Finding, findings
from orchestrator.ci.tongues.hiding import hidden_lines
from orchestrator.ci.tongues.outputs import outputs
from orchestrator.ci.tongues.places import absolute
from orchestrator.ci.tongues.tongue import Deed, Say, Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

ISSUES = 10
"""Errors of a step that its page shows (azure-pipelines-agent: `ExecutionContext.cs`)."""

COMMAND = re.compile(r"#(?=#(vso|\[))")


@dataclass
class Azure:
    """Speaks to one step of a job. `here` is the folder in which files are named."""

    here: str
    name: str = "azure"
    stream: Stream = "stdout"
    is_open: bool = False
    pointed_at: int = 0

    def hide(self, secrets: Iterable[str]) -> list[Deed]:
        """Return a mask for every line that is worth one; the agent does not show these lines."""
        lines = tuple(command("task.setsecret", line) for line in hidden_lines(secrets))
        return [Say(lines)] if lines else []

    def open(
        self,
        title: str,
        at: float,  # noqa: ARG002
        *,
        tests: bool = False,
        folded: bool = False,
    ) -> list[str]:
        """Begin a group, none for the tests: it would be folded, and people want to see it."""
        self.is_open = folded or not tests
        return [f"##[group]{printable(title)}"] if self.is_open else []

    def close(self, at: float, *, well: bool = True) -> list[str]:  # noqa: ARG002
        """End the group that is open."""
        lines = ["##[endgroup]"] if self.is_open else []
        self.is_open = False
        return lines

    def quoted(self, line: str) -> str:
        """Return a line with a blank in what would begin a command."""
        return COMMAND.sub("# ", line.replace("\r", ""))

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:  # noqa: ARG002
        """Point at what went wrong, show the summary's file, and set the output variables."""
        found = findings(record)
        shown = found[: max(0, ISSUES - self.pointed_at)]
        self.pointed_at += len(shown)
        lines = [self._issue(one) for one in shown]
        lines.append(command("task.uploadsummary", absolute(self.here, str(folder.summary))))
        for name, value in outputs(record, folder).items():
            properties = {"variable": camel(name), "isOutput": "true"}
            lines.append(command("task.setvariable", value, properties))
        return [Say(tuple(lines))]

    def _issue(self, finding: Finding) -> str:
        properties = {"type": "error"}
        if spot := finding.spot:
            properties["sourcepath"] = absolute(self.here, spot.file)
            numbers = {"linenumber": spot.line, "columnnumber": spot.column}
            properties |= {name: str(number) for name, number in numbers.items() if number}
        return command("task.logissue", f"{finding.title}: {finding.message}", properties)


def command(name: str, data: str, properties: Mapping[str, str] | None = None) -> str:
    """Return a logging command in one line."""
    given = "".join(f"{key}={escaped(value)};" for key, value in (properties or {}).items())
    return f"##vso[{name}{' ' if given else ''}{given}]{escaped(data)}"


def escaped(text: str) -> str:
    """Return a text as the agent reads it in a command."""
    for character, code in {
        "%": "%AZP25",
        ";": "%3B",
        "\r": "%0D",
        "\n": "%0A",
        "]": "%5D",
    }.items():
        text = text.replace(character, code)
    return text


def camel(name: str) -> str:
    """Return the name of an output as that of a variable: `exitCode`."""
    first, *others = name.split("-")
    return first + "".join(other.capitalize() for other in others)

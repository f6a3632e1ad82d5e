"""TeamCity: service messages, `##teamcity[name key='value']`, each on a line of stdout.

How they are written and escaped: JetBrains' documentation, "Service Messages".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.artifacts.folder import safe
from orchestrator.ci.findings import findings, title_of
from orchestrator.ci.tongues.places import absolute
from orchestrator.ci.tongues.tongue import Deed, Say, Stream
from orchestrator.model.printable import printable

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

DESCRIPTION = 4000
"""Characters of a build problem that are kept (the same page)."""

IDENTITY = 60
"""Characters of what tells one build problem from another (the same page)."""

MESSAGE = re.compile(r"#(?=#teamcity\[)")

ESCAPED = {"|": "||", "'": "|'", "\n": "|n", "\r": "|r", "[": "|[", "]": "|]"}


@dataclass
class TeamCity:
    """Speaks to one build. `here` is the folder in which files are named."""

    here: str
    name: str = "teamcity"
    stream: Stream = "stdout"
    block: str = ""

    def hide(self, secrets: Iterable[str]) -> list[Deed]:  # noqa: ARG002 - TeamCity takes none
        """TeamCity hides only parameters of its own; Greenroom's mask does it."""
        return []

    def open(
        self,
        title: str,
        at: float,  # noqa: ARG002
        *,
        tests: bool = False,  # noqa: ARG002
        folded: bool = False,  # noqa: ARG002
    ) -> list[str]:
        """Begin a block; the server writes the times itself."""
        self.block = printable(title)
        return [message("blockOpened", name=self.block)]

    def close(self, at: float, *, well: bool = True) -> list[str]:  # noqa: ARG002
        """End the block that is open."""
        lines = [message("blockClosed", name=self.block)] if self.block else []
        self.block = ""
        return lines

    def quoted(self, line: str) -> str:
        """Return a line with a blank in what would begin a service message."""
        return MESSAGE.sub("# ", line.replace("\r", ""))

    def tell(self, record: Record, folder: Folder, summary: str) -> list[Deed]:  # noqa: ARG002
        """Hand over the tests' results and the artifacts, and name what broke besides tests."""
        path = absolute(self.here, str(folder.path))
        junit = absolute(self.here, str(folder.junit))
        lines = [
            message("importData", type="junit", path=junit),
            f"##teamcity[publishArtifacts '{escaped(f'{path} => {folder.path.name}')}']",
        ]
        for finding, failure in zip(findings(record), record.failures, strict=False):
            identity = re.sub(r"\W", "_", safe(f"greenroom {failure.step} {failure.subject}"))
            text = f"{finding.title}: {finding.message}"[:DESCRIPTION]
            lines.append(message("buildProblem", description=text, identity=identity[:IDENTITY]))
        if record.failures:
            status = f"{title_of(record)}; {{build.status.text}}"
            lines.append(message("buildStatus", text=status))
        return [Say(tuple(lines))]


def message(kind: str, /, **attributes: str) -> str:
    """Return a service message in one line."""
    given = " ".join(f"{key}='{escaped(value)}'" for key, value in attributes.items())
    return f"##teamcity[{kind} {given}]"


def escaped(text: str) -> str:
    """Return a text as the server reads it between quotes, whatever the encoding of the stream."""
    return "".join(ESCAPED.get(one, one) if one.isascii() else _units(one) for one in text)


def _units(character: str) -> str:
    """Return a character as its units of UTF-16."""
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"|0x{data[at]:02x}{data[at + 1]:02x}" for at in range(0, len(data), 2))

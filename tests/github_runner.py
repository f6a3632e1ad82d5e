"""What GitHub's runner does with the output of a step and with its files.

Made after actions/runner: `ActionCommand.cs` (how commands are read), `ActionCommandManager.cs`
(which are obeyed, and when none is), `ExecutionContext.cs` (how many annotations are kept),
`FileCommandManager.cs` (outputs, variables, the summary).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ISSUES = ("error", "warning", "notice")
COMMANDS = {
    *ISSUES,
    *("stop-commands", "group", "endgroup", "debug", "add-mask", "echo", "add-matcher"),
    *("remove-matcher", "set-output", "save-state", "set-env", "add-path"),
}
ISSUES_KEPT = 10
LONGEST_ISSUE = 4096
SUMMARY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Command:
    name: str
    properties: Mapping[str, str]
    data: str


@dataclass
class Runner:
    """Reads the lines of a step. `log` is what people see, `issues` what the runner points at."""

    log: list[str] = field(default_factory=list)
    issues: list[Command] = field(default_factory=list)
    dropped: int = 0
    masks: list[str] = field(default_factory=list)
    obeyed: list[str] = field(default_factory=list)
    depth: int = 0
    _resume: str = ""

    def read(self, output: str) -> None:
        for line in re.split(r"\r\n|\n|\r", output):
            self._line(line)

    def masked(self, text: str) -> str:
        for mask in sorted(self.masks, key=len, reverse=True):
            text = text.replace(mask, "***")
        return text

    def _line(self, line: str) -> None:
        known = COMMANDS | ({self._resume} if self._resume else set())
        command = parsed_v2(line, known) or parsed_v1(line, known)
        if command is None or (self._resume and command.name != self._resume):
            self.log.append(self.masked(line))
            return
        self.obeyed.append(command.name)
        if command.name == self._resume:
            self._resume = ""
            self.log.append(self.masked(line))
        else:
            self._obey(command, line)

    def _obey(self, command: Command, line: str) -> None:
        match command.name:
            case "stop-commands":
                assert command.data
                assert command.data not in COMMANDS
                self._resume = command.data
                self.masks.append(command.data)
                self.log.append(self.masked(line))
            case "add-mask":
                parts = re.split(r"[\r\n]+", command.data)
                self.masks += [command.data, *(part.strip() for part in parts if part.strip())]
            case "group":
                self.depth += 1
                self.log.append(self.masked(f"##[group]{command.data}"))
            case "endgroup":
                self.depth -= 1
                self.log.append("##[endgroup]")
            case name if name in ISSUES:
                text = self.masked(command.data)[:LONGEST_ISSUE]
                if sum(one.name == name for one in self.issues) < ISSUES_KEPT:
                    self.issues.append(Command(name, command.properties, text))
                else:
                    self.dropped += 1
                self.log.append(f"##[{name}]{text}")


def parsed_v2(line: str, known: set[str]) -> Command | None:
    """Read `::name key=value,key=value::data`, at the beginning of a line."""
    text = line.lstrip()
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    return _command(text[2:end], text[end + 2 :], ",", known, {"%3A": ":", "%2C": ","})


def parsed_v1(line: str, known: set[str]) -> Command | None:
    """Read `##[name key=value;key=value]data`, anywhere in a line."""
    begin = line.find("##[")
    end = line.find("]", begin)
    if begin < 0 or end < 0:
        return None
    return _command(line[begin + 3 : end], line[end + 1 :], ";", known, {"%3B": ";", "%5D": "]"})


def _command(
    head: str, data: str, separator: str, known: set[str], codes: Mapping[str, str]
) -> Command | None:
    name, _, rest = head.partition(" ")
    if name not in known:
        return None
    pairs = (each.split("=", 1) for each in rest.strip().split(separator) if "=" in each)
    properties = {pair[0]: _unescaped(pair[1], codes) for pair in pairs}
    return Command(name, properties, _unescaped(data, {}))


def _unescaped(text: str, codes: Mapping[str, str]) -> str:
    for code, character in {"%0D": "\r", "%0A": "\n", **codes, "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def pairs(text: str) -> dict[str, str]:
    """Read a file of outputs or variables: `NAME=value`, or `NAME<<END`, lines, `END`."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
            found[name] = value
        elif heredoc > 0:
            name, _, end = line.partition("<<")
            assert end, f"no delimiter: {line}"
            value_lines: list[str] = []
            for each in lines:
                if each == end:
                    break
                value_lines.append(each)
            else:
                raise AssertionError(f"matching delimiter not found: {end}")
            found[name] = "\n".join(value_lines)
        else:
            raise AssertionError(f"invalid format: {line}")
    return found


def summary_shown(file: Path) -> str | None:
    """Return what of a step's summary is shown: all of it, or, where it is too long, nothing."""
    data = file.read_bytes() if file.exists() else b""
    return None if len(data) > SUMMARY_BYTES else data.decode()

"""Executes a job of a `.gitlab-ci.yml` as its YAML says, without GitLab.

The lines of `before_script` and `script` go to one bash, which ends at the first that fails, as in
GitLab's runner. What `artifacts:` name is looked for, and read within GitLab's limits: of the
dotenv report in its documentation, "artifacts:reports:dotenv".
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

KEYS = {
    *("stage", "image", "timeout", "services", "variables", "before_script", "script"),
    *("artifacts", "needs", "when"),
}
DOTENV_BYTES = 5 * 1024
DOTENV_VARIABLES = 20
MARK = re.compile(r"section_(start|end):(\d+):([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\r\x1b\[0K")


@dataclass
class Ended:
    """A job that is over: its log, and what it leaves to others."""

    code: int
    log: str
    kept: list[str] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The log as people see it, without the marks of sections."""
        shown = MARK.sub("", self.log).replace("\x1b[0K", "")
        return [line for line in shown.splitlines() if line]

    def sections(self) -> list[str]:
        """The names of the sections, each of which is begun and ended once, none within another."""
        names = []
        marks = [(found[1], found[3]) for found in MARK.finditer(self.log)]
        for begin, end in zip(marks[::2], marks[1::2], strict=True):
            assert (begin[0], end[0]) == ("start", "end")
            assert begin[1] == end[1]
            names.append(begin[1])
        assert len(names) == len(set(names))
        return names


def run(file: Path, name: str, checkout: Path, environ: dict[str, str]) -> Ended:
    """Execute the job of this name."""
    job: dict[str, Any] = yaml.safe_load(file.read_text())[name]
    assert set(job) <= KEYS, job
    script = [*job.get("before_script", []), *job["script"]]
    given = {k: str(v) for k, v in job.get("variables", {}).items()}
    done = subprocess.run(
        ["bash", "-c", "\n".join(["set -eo pipefail", *script])],
        cwd=checkout,
        env=given | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout.decode(errors="replace"))
    artifacts = job.get("artifacts", {})
    if artifacts.get("when") == "always" or done.returncode == 0:
        keep(artifacts, checkout, ended)
    return ended


def keep(artifacts: dict[str, Any], checkout: Path, ended: Ended) -> None:
    for path in artifacts.get("paths", []):
        found = [one for one in (checkout / path).rglob("*") if one.is_file()]
        ended.kept += sorted(str(one.relative_to(checkout)) for one in found)
    for kind, path in artifacts.get("reports", {}).items():
        file = checkout / path
        if file.exists():
            ended.reports[kind] = file.read_text()
    if text := ended.reports.get("dotenv"):
        ended.variables = dotenv(text)


def dotenv(text: str) -> dict[str, str]:
    """Read a dotenv report as strictly as GitLab does."""
    assert len(text.encode()) <= DOTENV_BYTES
    found = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        assert equals, f"invalid format: {line}"
        assert re.fullmatch(r"[A-Za-z0-9_]+", name), f"invalid name: {name}"
        found[name] = value.strip()
    assert len(found) <= DOTENV_VARIABLES
    return found

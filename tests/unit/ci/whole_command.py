"""Runs `greenroom ci` as CI systems do: as a child, with their variables and files to fill."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from pipeline_project import Project, made
from whole_output import visible

MANIFEST = """\
name: shop
engine: process
services:
  api:
    command: python api.py
    ports: [8000]
    env: {API_TOKEN: tok-0123456789}
    ready: {http: /health}
"""

AGENT = """\
#!/bin/sh
{ echo "$ buildkite-agent $*"; sed 's/^./< &/'; echo; } >> "$(dirname "$0")/agent.log"
"""

VARIABLES = {
    "github": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": "{root}",
        "GITHUB_OUTPUT": "{root}/output",
        "GITHUB_STEP_SUMMARY": "{root}/summary",
    },
    "gitlab": {
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": "{root}",
        "CI_JOB_URL": "https://gitlab.example/shop/-/jobs/7",
    },
    "buildkite": {
        "BUILDKITE": "true",
        "BUILDKITE_LABEL": "integration",
        "BUILDKITE_AGENT_JOB_API_SOCKET": "{root}/socket",
    },
    "azure": {"TF_BUILD": "True"},
    "teamcity": {"TEAMCITY_VERSION": "2025.07"},
    "plain": {},
}

SAME = {
    r"greenroom-[0-9a-f]{32}": "TOKEN",
    r"shop-[a-z0-9]{8}(?![a-z])": "shop-RUN",
    r" *\d+\.\d+s(?= )": " TIME",
    r"\d+\.\d+ s\b": "TIME",
    r"(?<=seconds=)\d+\.\d": "TIME",
    r"(?<=variable=seconds;isOutput=true;\])\d+\.\d": "TIME",
    r"section_(start|end):\d+": r"section_\1:AT",
    r"127\.0\.0\.1:\d+": "ADDRESS",
}
"""What is another one each time."""


class Ended:
    """What a command wrote, on both streams together, and its exit code."""

    def __init__(self, project: Project, code: int, output: str) -> None:
        self.project = project
        self.code = code
        self.output = comparable(output, project)

    def file(self, path: str) -> str:
        return comparable((self.project.path / path).read_text(), self.project)

    @property
    def calls(self) -> str:
        """What the program of Buildkite was told."""
        return comparable((self.project.programs / "agent.log").read_text(), self.project)


def ci(folder: Path, system: str, command: str, *, broken: bool = False) -> Ended:
    """Run the command for a project, in which all is well or the service is never ready."""
    project = made(folder)
    project.write("environment.yaml", MANIFEST)
    if broken:
        project.break_environment()
    return run(project, system, "--", "sh", "-c", command)


def run(
    project: Project, system: str, *words: str, before: str = "", behind: str = "", **variables: str
) -> Ended:
    """Run `greenroom ci` with these words; what is `before` and `behind` it is a shell's."""
    agent = project.programs / "buildkite-agent"
    agent.write_text(AGENT)
    agent.chmod(0o755)
    given = {k: v.format(root=project.path) for k, v in VARIABLES[system].items()}
    argv = ["greenroom", "ci", *words]
    done = subprocess.run(
        ["sh", "-c", f"{before}{shlex.join(argv)} {behind}"] if behind else argv,
        cwd=project.path,
        env={
            "PATH": f"{project.programs}:/usr/bin:/bin",
            "HOME": str(project.path.parent),
            "XDG_STATE_HOME": str(project.state),
            **given,
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return Ended(project, done.returncode, done.stdout.decode(errors="replace"))


def comparable(text: str, project: Project) -> str:
    text = visible(text).replace(str(project.path), "<checkout>")
    for pattern, same in SAME.items():
        text = re.sub(pattern, same, text)
    return text

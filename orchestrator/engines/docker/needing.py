"""What only BuildKit can do, and whether a Dockerfile wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.model.resource import Build

FLAGS = {
    "RUN": ("mount", "network", "security"),
    "COPY": ("link", "chmod", "parents", "exclude"),
    "ADD": ("link", "chmod", "checksum", "keep-git-dir", "exclude", "unpack"),
}
"""Options of instructions that the builder before BuildKit refuses."""

INSTRUCTION = re.compile(r"\s*(RUN|COPY|ADD)\s+((?:--\S+\s+)*)(.*)", re.IGNORECASE)
HEREDOC = re.compile(r"<<-?[\"']?[A-Za-z_]\w*")


@dataclass(frozen=True)
class Need:
    """Something in a build that needs BuildKit; `line` counts from 1, 0: it is in no Dockerfile."""

    what: str
    line: int = 0

    def __str__(self) -> str:
        where = f"line {self.line} of the Dockerfile has {self.what}" if self.line else self.what
        return f"{where}, which needs BuildKit"


def need_of(dockerfile: str, wanted: Build, *, podman: bool = False) -> Need | None:
    """Return the first thing that the engine's API cannot do; Podman's lacks only secrets."""
    if wanted.secrets:
        return Need("the build has secrets")
    return None if podman else next(needs(dockerfile), None)


def needs(dockerfile: str) -> Iterator[Need]:
    """Yield all that needs BuildKit, by the lines in which the instructions begin."""
    for number, line in instructions(dockerfile):
        match = INSTRUCTION.match(line)
        if not match:
            continue
        name = match[1].upper()
        for flag in re.findall(r"--([a-z-]+)", match[2]):
            if flag in FLAGS[name]:
                yield Need(f"{name} --{flag}", number)
        if HEREDOC.search(match[3]):
            yield Need("a heredoc (<<)", number)


def instructions(dockerfile: str) -> Iterator[tuple[int, str]]:
    """Yield each instruction with its line; a backslash continues one, also past comments."""
    begun, whole = 0, ""
    for number, line in enumerate(dockerfile.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        begun = begun or number
        if line.rstrip().endswith("\\"):
            whole += line.rstrip().removesuffix("\\") + " "
            continue
        yield begun, whole + line
        begun, whole = 0, ""
    if whole:
        yield begun, whole

"""The guide's folder `shop`, in which its files are written and its commands are typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from doc_blocks import Block, Command, commands

SECONDS = 600
MARK = "@@@ "

VARIABLE = {
    r"\d+\.\d+ ?s\b": "SECONDS",
    r"127\.0\.0\.1:\d+": "ADDRESS",
    r"port \d+": "PORT",
    r"until (\d{4}-\d\d-\d\d )?\d\d:\d\d": "until CLOCK",
    r"shop-[a-z0-9]{8}\b": "RUN",
    r"docker \d[\w.+~-]*": "DOCKER",
    r":[a-z0-9]{20}@": ":PASSWORD@",
    r"\s+": " ",
}
"""What differs from one time to the next, and what stands for it when outputs are compared."""


@dataclass(frozen=True)
class Typed:
    """A command of the guide, what came of it, and with which exit code."""

    block: Block
    command: Command
    output: str
    code: int

    @property
    def missing(self) -> list[str]:
        """The lines that are shown and did not come, in the order in which they should have."""
        lines = iter([same(line) for line in self.output.splitlines()])
        return [line for line in self.command.shown if same(line) not in lines]

    @property
    def should_fail(self) -> bool:
        """Whether the guide shows that it fails."""
        return any(line.startswith("error:") for line in self.command.shown)


def same(line: str) -> str:
    """The line without what differs each time."""
    for pattern, name in VARIABLE.items():
        line = re.sub(pattern, name, line.strip())
    return line


def put(block: Block, folder: Path) -> None:
    """Write the file that a block is."""
    path = folder / block.name
    path.parent.mkdir(exist_ok=True)
    path.write_text(block.text, "utf-8")


def run(script: str, folder: Path) -> str:
    """Run a script in the folder, where our own programs are the first to be found."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**own, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout


def typed(block: Block, folder: Path) -> Iterable[Typed]:
    """Type the commands of a console block one after the other."""
    for command in commands(block):
        script = f"{command.line}\ncode=$?; echo; echo '{MARK}'$code"
        output, _, code = run(script, folder).rpartition(MARK)
        yield Typed(block, command, output, int(code))

"""The folder `shop` of the pages that are done as they say: files written, commands typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from doc_blocks import Block, Command, Page, commands

SECONDS = 600
MARK = "@@@ "

VARIABLE = {
    r"\d+\.\d+ ?s\b": "SECONDS",
    r"\d\d:\d\d:\d\d\.\d{3}": "TIME",
    r"127\.0\.0\.1:\d+": "ADDRESS",
    r"port \d+": "PORT",
    r"until (\d{4}-\d\d-\d\d )?\d\d:\d\d": "until CLOCK",
    r"shop-[a-z0-9]{8}\b": "RUN",
    r"docker \d[\w.+~-]*": "DOCKER",
    r":[a-z0-9]{20}@": ":PASSWORD@",
    r"\b[0-9a-f]{12}\b": "KEY",
    r"\d+ MB": "SIZE",
    r"(\b|__)s\d+\b": r"\1SLICE",
    r"\[\d\d/\w+/\d{4} [\d:]+\]": "[CLOCK]",
    r"\s+": " ",
}
"""What differs from one time to the next, and what stands for it when outputs are compared."""


@dataclass(frozen=True)
class Typed:
    """A command of a page, what came of it, and with which exit code."""

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
        """Whether the page shows that it fails."""
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


def chapters(page: Page) -> list[str]:
    """The chapters in which something is typed."""
    return list(dict.fromkeys(one.heading for one in page.blocks if one.language == "console"))


def type_chapter(page: Page, chapter: str, folder: Path) -> None:
    """Write what a chapter and all before it write, type what it types, and compare.

    What earlier chapters have started, they have ended, and so does this one.
    """
    first = next(at for at, block in enumerate(page.blocks) if block.heading == chapter)
    try:
        for at, block in enumerate(page.blocks):
            if block.name and (at < first or block.heading == chapter):
                put(block, folder)
            elif block.language == "console" and block.heading == chapter:
                for one in typed(block, folder):
                    told = f"{block}: $ {one.command.line}\n{one.output}"
                    assert (one.code != 0) == one.should_fail, told
                    assert one.missing == [], told
    finally:
        left = run("greenroom down", folder)
    assert "nothing to remove" in left

"""The command for which an environment is made: the user's, or the manifest's own."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from orchestrator.cli.child import USUAL, Manner, run_child
from orchestrator.cli.session import Session
from orchestrator.errors import CommandNotFound, UsageError
from orchestrator.model.event import CommandEnded, CommandStarted
from orchestrator.model.manifest import Manifest

if TYPE_CHECKING:
    from orchestrator.environment import Environment


@dataclass(frozen=True)
class Tests:
    """What runs, and where; a command of None is the manifest's, known once everything is up."""

    command: tuple[str, ...] | None
    folder: Path

    def run(
        self,
        environment: Environment,
        listening: Session,
        seconds: float | None = None,
        manner: Manner = USUAL,
        env: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Run it with all addresses in its environment, and `env`, and return its exit code.

        It is ended after so many seconds; see `run_child`.
        """
        argv = self.command or environment.command
        assert argv is not None, "who has no command was turned away"
        began = time.time()
        environment.tell(CommandStarted(at=began, command=argv))
        surroundings = {**os.environ, **environment.variables, **env}
        code = run_child(argv, self.folder, surroundings, listening, seconds, manner)
        now = time.time()
        if manner.relay is not None:
            # What it wrote stands before the sentence that it has ended.
            manner.relay.drain()
        environment.tell(CommandEnded(at=now, command=argv, code=code, seconds=now - began))
        return code


def tests_of(manifest: Manifest, command: list[str] | None) -> Tests:
    """Return what is to run: the user's command here, else the manifest's in its folder.

    Raises UsageError when there is neither, and CommandNotFound before anything was started.
    """
    if command:
        tests = Tests(tuple(command), Path.cwd())
        check_exists(command[0], tests.folder)
        return tests
    words = manifest.tests.command
    if not words:
        raise UsageError(
            f"{manifest.name} says nothing of a command for its tests",
            hint="write tests.command into the manifest, or: greenroom run -- pytest -q",
        )
    tests = Tests(None, Path(manifest.folder))
    # Where the manifest sets a PATH for its tests, only that one counts, and it is not known yet.
    if not words[0].references and "PATH" not in manifest.tests.env:
        check_exists(str(words[0]), tests.folder)
    return tests


def check_exists(word: str, folder: Path) -> None:
    """Raise CommandNotFound if there is no such program, so that nothing is started in vain."""
    path = str(folder / word) if os.path.dirname(word) else word  # noqa: PTH120
    if shutil.which(path) is not None:
        return
    if path != word and Path(path).is_file():
        raise CommandNotFound(
            f"{word} is a file that this user may not run",
            hint=f"chmod +x {word}, or name what runs it before it: sh {word}",
        )
    raise CommandNotFound(
        f"there is no command {word}",
        hint="look for a slip of the pen, or install it; a virtual environment must be active",
    )

"""Python functions as seeds, called in a child of the project's own interpreter.

That is where the project's drivers are; the child needs nothing of Greenroom.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from orchestrator.addressing.resolve import answer, fields
from orchestrator.addressing.route import Directory
from orchestrator.errors import StepFailed
from orchestrator.model.printable import end_of
from orchestrator.model.resource import FunctionSeed, Instance
from orchestrator.model.step import ApplySeed
from orchestrator.model.template import SELF, Reference
from orchestrator.project_python import end
from orchestrator.waiting import Deadline, poll

CHILD = Path(__file__).with_name("child.py")
LONGEST = 4000
"""Characters of the child's output that a failure shows, the last ones."""


def described(instance: Instance, directory: Directory) -> dict[str, str | int]:
    """Return what the function gets to know of the resource: its name and fields, from outside."""
    resource = directory.of(instance)
    found = {
        field: answer(Reference(SELF, field), None, directory, of=instance)
        for field in fields(resource)
    }
    port = {"port": int(found["port"])} if "port" in found else {}
    return {"name": str(instance), **found, **port}


def call(
    step: ApplySeed,
    seed: FunctionSeed,
    *,
    python: str,
    folder: str,
    resource: Mapping[str, str | int],
    env: Mapping[str, str],
    deadline: Deadline,
    progress: Callable[[str, int, int], None],
) -> None:
    """Call the function and wait for it. Raises StepFailed with the end of its traceback."""
    progress(seed.label, 0, 0)
    with tempfile.TemporaryFile() as output:
        child = start(step, seed, python, folder, env, output)
        try:
            hand_over(child, resource)
            poll(lambda: child.poll() is not None, deadline)
        finally:
            end(child)
        if child.returncode:
            output.seek(0)
            words = output.read().decode(errors="replace").strip()
            raise failure(step, seed, python, words)


def failure(step: ApplySeed, seed: FunctionSeed, python: str, words: str) -> StepFailed:
    """Return the failure with the child's words and, where a module is missing, what to do."""
    words = end_of(words, LONGEST) or "it ended without a word"
    hint = ""
    if "ModuleNotFoundError" in words:
        hint = f"install it for {python}, or name the project's interpreter with `python:`"
    text = words if Path(seed.path).name in words else f"{seed.label}: {words}"
    return StepFailed(step.key, text, hint=hint)


def start(
    step: ApplySeed,
    seed: FunctionSeed,
    python: str,
    folder: str,
    env: Mapping[str, str],
    output: IO[bytes],
) -> subprocess.Popen[bytes]:
    """Start the child in a session of its own, so that all of it can be ended."""
    try:
        return subprocess.Popen(
            [python, str(CHILD), seed.path, seed.function],
            cwd=folder,
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise StepFailed(
            step.key,
            f"cannot run {python}: {error.strerror}",
            hint="name the project's interpreter with `python:` in the manifest",
        ) from error


def hand_over(child: subprocess.Popen[bytes], resource: Mapping[str, str | int]) -> None:
    """Send the resource; a child that ended before it read is judged by its exit code."""
    assert child.stdin is not None
    try:
        with child.stdin as pipe:
            pipe.write(json.dumps(dict(resource)).encode())
    except BrokenPipeError:
        pass

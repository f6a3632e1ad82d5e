"""Runs a command on the user's terminal with the environment of a process: `beside.py PID ARGS`.

ARGS are the folder to run in, the names of further variables, `--`, and the command. The values
come from the two environments, never from the command line: everybody on the host can read that.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

MARK = "GREENROOM_PROCESS"
"""As in `mark.py`, which is not imported: this file is started by its path, without the package."""

BECOMING_SECONDS = 1.0
"""How long a process without any environment is taken for one that has not got it yet."""

NOT_FOUND, NOT_STARTABLE = 127, 126
"""The exit codes by which shells say so."""


def main(arguments: list[str]) -> None:
    """Become the command."""
    pid, workdir, *rest = arguments
    border = rest.index("--")
    names, argv = rest[:border], rest[border + 1 :]
    own = {name: os.environ[name] for name in names if name in os.environ}
    env = environment(int(pid)) | own
    try:
        os.chdir(workdir)
        os.execvpe(argv[0], argv, env)  # noqa: S606 - the command's own words, no shell's
    except OSError as error:
        words = f"cannot start {argv[0]!r} in {workdir}: {error.strerror}"
        print(words, file=sys.stderr)  # noqa: T201 - a command's message
        sys.exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_STARTABLE)


def environment(pid: int) -> dict[str, str]:
    """Return a process's environment, our own when it has wiped it.

    The signs of its run stay behind: what a user starts on a terminal is the user's.
    """
    found = read(pid)
    if MARK not in found:
        found = dict(os.environ)
    return {name: value for name, value in found.items() if not name.startswith(MARK)}


def read(pid: int) -> dict[str, str]:
    """Return the environment that a process was started with."""
    try:
        data = Path(f"/proc/{pid}/environ").read_bytes()
        # One that is just becoming another program has none for a moment (environ_read in Linux).
        until = time.monotonic() + BECOMING_SECONDS
        while not data and time.monotonic() < until:
            time.sleep(0.01)
            data = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        import psutil

        return psutil.Process(pid).environ()
    pairs = (os.fsdecode(pair).partition("=") for pair in data.split(b"\0") if b"=" in pair)
    return {name: value for name, _, value in pairs}


if __name__ == "__main__":
    main(sys.argv[1:])

"""Starting processes, and the ones that this very process has started.

An exit code is told to the parent alone, and a child that ended stays a zombie until its parent
asks. So children belong to the operating system's process, whichever engine object started them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import EngineError
from orchestrator.model.launch import State
from orchestrator.model.signal_name import signal_name

Popen = subprocess.Popen[bytes]

Identity = tuple[int, int]


class CannotStart(EngineError):
    """A command could not be started; `code` is the exit code by which a shell says so."""

    def __init__(self, message: str, *, code: int = 126, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


@dataclass(frozen=True)
class Child:
    """A process that we have started, with the environment that it got; `parent` is who we were."""

    process: Popen
    env: Mapping[str, str]
    parent: int


class Children:
    """The root processes of our own, by number and time of start, until they are forgotten."""

    def __init__(self) -> None:
        self._children: dict[Identity, Child] = {}

    def add(self, identity: Identity, process: Popen, env: Mapping[str, str]) -> None:
        """Remember a child."""
        self._children[identity] = Child(process, env, os.getpid())

    def get(self, identity: Identity) -> Child | None:
        """The child that this is; what our parent started before it forked us is none of ours."""
        child = self._children.get(identity)
        return child if child and child.parent == os.getpid() else None

    def reap(self, identity: Identity) -> None:
        """Take notice if a child of our own has ended, so that it is no zombie any more."""
        child = self.get(identity)
        if child:
            child.process.poll()

    def forget(self, identity: Identity) -> None:
        """Forget a child."""
        self._children.pop(identity, None)


CHILDREN = Children()


def spawn(
    argv: Sequence[str],
    env: Mapping[str, str],
    workdir: str,
    *,
    user: int | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int,
    stderr: int,
) -> Popen:
    """Start a command in a session of its own, as this user. Raises CannotStart with words."""
    if not Path(workdir).is_dir():
        raise CannotStart(
            f"cannot start in {workdir}: there is no such folder", hint="check `workdir`"
        )
    try:
        return subprocess.Popen(
            list(argv),
            env=dict(env),
            cwd=workdir,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            user=user,
            group=None if user is None else group_of(user),
            extra_groups=None if user is None else [],
        )
    except FileNotFoundError as error:
        raise _not_found(argv[0], workdir) from error
    except (OSError, ValueError) as error:
        raise _not_startable(argv[0], error) from error


def group_of(user: int) -> int:
    """Return the number of the group that a user belongs to."""
    import pwd

    return pwd.getpwuid(user).pw_gid


def _not_found(program: str, workdir: str) -> CannotStart:
    if "/" not in program:
        return CannotStart(
            f"cannot start {program!r}: there is no such command",
            code=127,
            hint="install it, or put its folder on the PATH",
        )
    path = Path(workdir) / program
    if path.exists():
        return CannotStart(
            f"cannot start {path}: there is no such interpreter as its first line names",
            code=127,
            hint="install that interpreter, or correct the line that begins with #!",
        )
    return CannotStart(
        f"cannot start {path}: there is no such file",
        code=127,
        hint="build or install it first; a relative path begins at the working folder",
    )


def _not_startable(program: str, error: OSError | ValueError) -> CannotStart:
    match error:
        case PermissionError():
            hint = f"make it executable: chmod +x {program}"
        case OSError() if error.errno == 8:  # ENOEXEC, which has a name on POSIX only
            hint = "begin a script with #! and its interpreter, such as #!/bin/sh"
        case _:
            hint = "check `command` and `env`"
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return CannotStart(f"cannot start {program!r}: {words.lower()}", hint=hint)


def exit_code(returned: int) -> int:
    """Return what shells and container engines say: 128 and the signal, if a signal ended it."""
    return returned if returned >= 0 else 128 - returned


def ended_with(returned: int) -> State:
    """Return the state of a process that ended so, with the name of the signal if one ended it."""
    detail = f"ended by {signal_name(-returned)}" if returned < 0 else ""
    return State("exited", exit_code(returned), detail=detail)

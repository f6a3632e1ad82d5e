"""Does what a CI system is to be told with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from orchestrator.ci.tongues import Append, Call, Deed, Say
from orchestrator.model.printable import one_line

CALL_SECONDS = 10.0
HURRY_SECONDS = 1.0
"""How long a program of the CI system is waited for; and in a job that is about to be killed."""


class Writes(Protocol):
    """The stream that the CI system reads."""

    def write(self, lines: Iterable[str]) -> None:
        """Write lines that the CI system is to obey."""


def perform(
    deeds: Iterable[Deed],
    shown: Writes,
    notice: Callable[[str], None],
    seconds: float = CALL_SECONDS,
) -> None:
    """Do these, each within some seconds; what cannot be done is noticed, and hinders nothing."""
    for deed in deeds:
        try:
            _do(deed, shown, seconds)
        except (OSError, subprocess.SubprocessError) as error:
            notice(f"the CI system could not be told: {why(error)}")


def why(error: OSError | subprocess.SubprocessError) -> str:
    """Return in one line why something could not be done."""
    match error:
        case subprocess.TimeoutExpired(cmd=argv, timeout=seconds):
            return f"{' '.join(argv[:2])} has not ended within {seconds:g} s"
        case subprocess.CalledProcessError(cmd=argv, returncode=code, stderr=said):
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            ended = f"{' '.join(argv[:2])} ended with exit code {code}"
            return one_line(f"{ended}: {last}" if last else ended)
        case OSError(filename=path, strerror=words) if path and words:
            return f"{path}: {words}"
        case _:
            return str(error)


def _do(deed: Deed, shown: Writes, seconds: float) -> None:
    match deed:
        case Say(lines=lines):
            shown.write(lines)
        case Append(path=path):
            with Path(path).open("ab") as file:
                file.write(deed.behind(file.tell()).encode("utf-8", "replace"))
        case Call(argv=argv, stdin=text):
            subprocess.run(
                argv,
                input=text.encode("utf-8", "replace"),
                check=True,
                timeout=seconds,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )

"""Does what a CI system is to be told with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.ci.display import InGroups
from orchestrator.ci.tongues import Append, Call, Deed, Say

CALL_SECONDS = 10.0
"""How long a program of the CI system is waited for."""


def perform(deeds: Iterable[Deed], shown: InGroups, notice: Callable[[str], None]) -> None:
    """Do these; what cannot be done is noticed, and hinders nothing."""
    for deed in deeds:
        try:
            _do(deed, shown)
        except (OSError, subprocess.SubprocessError) as error:
            notice(f"the CI system could not be told: {error}")


def _do(deed: Deed, shown: InGroups) -> None:
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
                timeout=CALL_SECONDS,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

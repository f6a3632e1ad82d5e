"""The outcome as variables for later jobs, in the form that GitLab reads: `NAME=value`.

GitLab takes at most 5 KB, as few as 20 variables on some instances, no empty lines, no comments,
and keeps quotation marks as they are; a value cannot have several lines (GitLab's documentation,
"artifacts:reports:dotenv" and "instance limits").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.ci.fitting import encoded
from orchestrator.ci.tongues.outputs import outputs
from orchestrator.ci.tongues.places import below

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import Record

PREFIX = "GREENROOM_CI_"
"""No variable that Greenroom itself reads begins so: later jobs may run it again."""

BYTES = 5 * 1000

PATHS = ("artifacts", "report", "junit")


def outcome_env(record: Record, folder: Folder, here: str) -> str:
    """Return the lines; paths are relative to the folder `here` if they are below it.

    A value that such a file cannot hold is left out.
    """
    text = ""
    for name, value in outputs(record, folder).items():
        shown = below(here, here, value) if name in PATHS else value
        line = f"{PREFIX}{name.upper().replace('-', '_')}={shown}\n"
        if len(line.splitlines()) == 1 and len(encoded(text + line)) < BYTES:
            text += line
    return text

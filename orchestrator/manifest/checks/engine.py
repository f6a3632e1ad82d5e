"""The manifest's engine must be able to run what has to be a container."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.words import listed
from orchestrator.model.resource import PROCESS, Resource

_MOST = 3


def check_engine(document: Document, resources: Iterable[Resource], mistakes: Mistakes) -> None:
    """Tell when everything should be a process and something cannot be."""
    if document.engine != PROCESS:
        return
    free = {name for _, name, entry in document.entries() if entry.engine is None}
    contained = [each.name for each in resources if each.contained and each.name in free]
    if contained:
        some = listed(contained if len(contained) <= _MOST else [*contained[:_MOST], "others"])
        mistakes.add(
            ("engine",),
            f"cannot be process in this version, because {some} can only run in containers; "
            'leave it out, or give them "engine: docker"',
        )

"""The manifest's engine must be able to run what has to be a container."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.words import listed
from orchestrator.model.resource import PROCESS, Resource

_MOST = 3


def check_engine(
    engine: str, document: Document, resources: Iterable[Resource], mistakes: Mistakes
) -> None:
    """Tell when everything should be a process and something cannot be."""
    if engine != PROCESS:
        return
    free = {name for _, name, entry in document.entries() if entry.engine is None}
    contained = [each for each in resources if each.contained and each.name in free and not each.on]
    if contained:
        words = [f"{each.name} cannot be one ({each.bound})" for each in contained[:_MOST]]
        some = listed(words if len(contained) <= _MOST else [*words, "others"])
        mistakes.add(
            ("engine",),
            f"cannot be process, because {some}; leave it out, or give what needs a container "
            '"engine: docker"',
        )

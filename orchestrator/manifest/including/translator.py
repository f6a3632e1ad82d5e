"""What another kind of file needs so that a manifest can include it as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from orchestrator.manifest.files import Files
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Source
from orchestrator.manifest.reading.budget import Budget
from orchestrator.manifest.reading.scalars import Value

COMPOSE = "compose"
"""The kind of file that Docker Compose reads."""


@dataclass(frozen=True)
class Reading:
    """What there is while one file is read.

    `environ` is what `${env:...}` in it sees. `mistakes` are the file's own: it fills their places,
    by the paths of the tree that it becomes, and tells them what is wrong. `budget` counts values.
    """

    source: Source
    files: Files
    environ: Mapping[str, str]
    mistakes: Mistakes
    budget: Budget


class Translator(Protocol):
    """Reads a file of another kind as if it were a manifest."""

    def __call__(self, text: bytes, reading: Reading) -> Value:
        """The tree that a manifest would have become which says the same, references included.

        Relative paths stay as they are written: each counts from the folder of its place's source.
        Raises ManifestError, with the mistakes, when nothing can be made of the file.
        """
        ...

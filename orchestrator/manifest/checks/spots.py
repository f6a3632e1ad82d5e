"""Where in the manifest one resource says that it waits for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.manifest.checks.references import Use
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Scalar

Spots = dict[tuple[str, str], Path]


def spots(document: Document, uses: Iterable[Use]) -> Spots:
    """The first such place for each pair of who waits and who is waited for."""
    found: Spots = {}
    for use in uses:
        if use.owner and not use.reference.lazy:
            found.setdefault((use.owner, use.reference.resource), use.path)
    for name, word in _words(document):
        found.setdefault((name, word.text.removeprefix("task:")), word.path)
    return found


def _words(document: Document) -> Iterator[tuple[str, Scalar]]:
    for _, name, entry in document.entries():
        for word in (*(entry.needs or ()), *(entry.seed or ())):
            yield name, word

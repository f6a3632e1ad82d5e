"""`needs`: each must name another resource."""

from __future__ import annotations

from orchestrator.manifest.checks.names import Names
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.words import did_you_mean, quoted


def check_needs(document: Document, names: Names, mistakes: Mistakes) -> None:
    """Tell every name in `needs` that is no other resource's."""
    for _, name, entry in document.entries():
        for word in entry.needs or ():
            if word.text == name:
                mistakes.add(word.path, "a resource cannot need itself")
            elif names.section(word.text) is None:
                near = did_you_mean(word.text, names.sections)
                mistakes.add(word.path, f"no resource is called {quoted(word.text)}{near}")

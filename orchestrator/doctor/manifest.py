"""The manifest that would be taken here, and whether it makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.doctor.finding import Around, Finding, ok, problem, warning
from orchestrator.errors import ManifestError, UsageError
from orchestrator.waiting import Deadline


def manifest(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say which manifest is found here or above, and how many mistakes it has."""
    from orchestrator.host import manifests

    try:
        path = manifests.find(None, around.folder)
    except UsageError as error:
        yield ok("manifest", error.message, '"greenroom init" writes one')
        return
    try:
        found = manifests.read(path, around.environ)
    except ManifestError as error:
        count = len(error.problems)
        words = f"{path} has {count} mistake{'s' if count > 1 else ''}"
        yield problem("manifest", words, '"greenroom check" lists them', error.exit_code)
        return
    needs = tuple(one.name for one in found.resources.values() if one.contained and one.bound)
    names = ", ".join(found.resources) or "nothing"
    yield replace(ok("manifest", f"{path}: {names}"), needs=needs)
    for each in found.warnings:
        yield warning("manifest", str(each), '"greenroom check" says the same')

"""Why combinations cannot run at the same time, however much room there is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from orchestrator.artifacts.folder import VARIABLE
from orchestrator.artifacts.junit.finding import of_variables, of_words
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource
from orchestrator.plan.selection import taking_part


def hindrance(
    manifests: Iterable[Manifest], profiles: Collection[str], files: Sequence[str]
) -> str:
    """Return why two combinations cannot run at the same time, empty if they can.

    `files` are what is written in the command line of a file that all would write.
    """
    for manifest in manifests:
        for one in resources(manifest, profiles):
            if fixed := next((port.host for port in one.ports if port.host), None):
                return f"{one.name} has the fixed port {fixed} of this host"
            if one.adopted and one.adopted.owned:
                return f"all of them would write into the same {one.name} (`owned: true`)"
    if files:
        return (
            f"all of them would write {files[0]}; several at a time can write into the folder "
            f"that ${VARIABLE} names"
        )
    return ""


def shared_files(
    command: Sequence[str], environ: Mapping[str, str], patterns: Sequence[str]
) -> list[str]:
    """Return the JUnit files that are named for all combinations alike.

    They are named by `--junit`, else by the tests' command line or its variables.
    """
    named = patterns or [*of_words(command), *of_variables(environ)]
    return [one for one in named if VARIABLE not in one]


def resources(manifest: Manifest, profiles: Collection[str]) -> Iterator[Resource]:
    """Yield what takes part and is no database on somebody else's server."""
    for name in taking_part(manifest, profiles):
        if not manifest.resources[name].on:
            yield manifest.resources[name]

"""The caller's environment is put into every text, and references are taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Source
from orchestrator.manifest.reading.scalars import Scalar, Value
from orchestrator.manifest.reading.templates import Parsed, Scope, parse
from orchestrator.manifest.sections import ENTRIES, names_in


def interpolate(
    root: Value, environs: Mapping[Source, Mapping[str, str]], mistakes: Mistakes
) -> Value:
    """The same tree, with every scalar's text and template as they really are.

    `environs` are the variables that each file sees; those of what is included see more.
    """
    names = frozenset(names_in(root))
    scopes = {source: Scope(environ, names) for source, environ in environs.items()}

    # An alias repeats a text many times over; it is taken apart and kept only once.
    @lru_cache(maxsize=1024)
    def parsed(text: str, source: Source) -> Parsed:
        # What a translator has taken from a file that only it has read names no variables.
        return parse(text, scopes.get(source, Scope({}, names)))

    def interpolated(value: Value) -> Value:
        if isinstance(value, dict):
            return {key: interpolated(item) for key, item in value.items()}
        if isinstance(value, list):
            return [interpolated(item) for item in value]
        if "${" not in value.written:
            return value
        found = parsed(value.written, mistakes.places.source(value.path))
        mistakes.secrets.update(found.secrets)
        if found.mistakes:
            mistakes.add(value.path, *found.mistakes)
        return _filled(value, found)

    return interpolated(root)


def _filled(scalar: Scalar, found: Parsed) -> Scalar:
    return replace(
        scalar,
        text=str(found.template),
        plain=scalar.plain or found.from_environment,
        template=found.template,
    )


def without_free_keys(root: Value) -> Value:
    """The tree without the keys that begin with `x-`, at the top and inside of entries."""
    if not isinstance(root, dict):
        return root
    top = {key: item for key, item in root.items() if not key.startswith("x-")}
    for section in top.keys() & set(ENTRIES):
        if isinstance(top[section], dict):
            top[section] = {name: free_of(entry) for name, entry in top[section].items()}
    if "tests" in top:
        top["tests"] = free_of(top["tests"])
    return top


def free_of(value: Value) -> Value:
    """The mapping without the keys that begin with `x-`."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if not key.startswith("x-")}

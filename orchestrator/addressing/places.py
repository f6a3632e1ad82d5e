"""Which database of a server that runs already is meant: the given one, or the run's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orchestrator.addressing.route import Directory
from orchestrator.model.launch import PLACE, Found
from orchestrator.model.resource import Resource
from orchestrator.technologies.parts.copy_names import guest_name

UNKNOWN = "not-claimed-yet"
"""Stands for a name that only the server can choose. Nobody shall take the given one for it."""


def in_own_places(directory: Directory, run: str, found: Iterable[Found]) -> Directory:
    """Return the same, where whoever gets a place of its own is to be found in it.

    What is `found` has one already, if it needs one.
    """
    wanted = {
        name: UNKNOWN if place.named_by_server else guest_name(run, name)
        for name, one in directory.resources.items()
        if (place := one.own_place)
    }
    return with_places(in_places(directory, wanted), found)


def with_places(directory: Directory, found: Iterable[Found]) -> Directory:
    """Return the same, where whoever has been given a place of its own is to be found in it."""
    places = {
        thing.instance.resource: thing.labels[PLACE]
        for thing in found
        if thing.instance and PLACE in thing.labels
    }
    return in_places(directory, places)


def in_places(directory: Directory, places: Mapping[str, str]) -> Directory:
    """Return the same with these databases in the addresses of these resources."""
    known = {name: one for name, one in directory.resources.items() if name in places}
    moved = {name: in_place(one, places[name]) for name, one in known.items()}
    return replace(directory, resources={**directory.resources, **moved}) if moved else directory


def in_place(resource: Resource, database: str) -> Resource:
    """Return a resource with another database in its address."""
    return replace(resource, databases=(database,))

"""Circles: resources that wait for each other would wait for ever."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from orchestrator.manifest.dependencies import dependencies, seed_tasks
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Path
from orchestrator.model.resource import Resource

_MOST = 20
"""So many circles are told; each of them was found without the earlier ones."""


class _Stage(NamedTuple):
    """A resource that is ready, or (`whole`) ready and seeded."""

    name: str
    whole: bool


_Graph = dict[_Stage, set[_Stage]]


def check_circles(
    resources: Mapping[str, Resource], spots: Mapping[tuple[str, str], Path], mistakes: Mistakes
) -> None:
    """Tell every circle at one of its references; `spots` says where who refers to whom."""
    graph = _waits(resources)
    for _ in range(_MOST):
        circle = _circle(graph)
        if not circle:
            return
        edges = [edge for edge in pairwise(circle) if edge in spots]
        first = min(edges, key=lambda edge: mistakes.places.order(spots[edge]), default=circle[:2])
        path = spots.get((first[0], first[1]), ())
        mistakes.note(path, _message(_turned(circle, first[0]), path))
        _cut(graph, first[0], first[1])


def _waits(resources: Mapping[str, Resource]) -> _Graph:
    """What each stage waits for. A task in a seed waits for less than the seeded resource."""
    graph: _Graph = {}
    for name, resource in resources.items():
        tasks = [task for task in seed_tasks(resource) if task in resources]
        whole = {_Stage(name, whole=False), *(_Stage(task, whole=True) for task in tasks)}
        graph.setdefault(_Stage(name, whole=True), set()).update(whole)
        for position, task in enumerate(tasks):
            earlier = {_Stage(other, whole=True) for other in tasks[:position] if other != task}
            started = {_Stage(name, whole=False)} | earlier
            graph.setdefault(_Stage(task, whole=False), set()).update(started)
    for name, resource in resources.items():
        graph.setdefault(_Stage(name, whole=False), set()).update(_awaited(resource, resources))
    return graph


def _awaited(resource: Resource, resources: Mapping[str, Resource]) -> set[_Stage]:
    names = {dependency.name for dependency in dependencies(resource)}
    known = {name for name in names if name in resources and name != resource.name}
    seeded = {name for name in known if resource.name in seed_tasks(resources[name])}
    server = {_Stage(resource.server, whole=False)} if resource.on else set[_Stage]()
    return server | {_Stage(name, whole=True) for name in known - seeded}


def _circle(graph: _Graph) -> list[str]:
    """The names along a circle, each waiting for the next; the first is also the last."""
    try:
        TopologicalSorter({stage: sorted(waits) for stage, waits in graph.items()}).prepare()
    except CycleError as error:
        stages: list[_Stage] = list(reversed(error.args[1]))
        names = [stage.name for stage in stages]
        return [name for at, name in enumerate(names) if at == 0 or name != names[at - 1]]
    return []


def _turned(circle: list[str], first: str) -> list[str]:
    at = circle.index(first)
    return [*circle[at:-1], *circle[:at], first]


def _cut(graph: _Graph, waiting: str, awaited: str) -> None:
    for stage, waits in graph.items():
        if stage.name == waiting:
            waits.difference_update({each for each in waits if each.name == awaited})


def _message(circle: list[str], path: Path) -> str:
    advice = "one of them must not wait for the next"
    if "env" in path:
        advice = f"write ${{lazy:{circle[1]}.url}} where the address is enough without waiting"
    return f"these wait for each other: {' → '.join(circle)}; {advice}"

"""What was told of instances when they ended: all there is of those that are not there any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.errors import Evidence
from orchestrator.model.event import Event, InstanceDied, StepBroke
from orchestrator.model.moment import rfc3339
from orchestrator.model.resource import Instance


@dataclass(frozen=True)
class LastWords:
    """The end of an instance: its `state` in words, and the end of its log, without secrets.

    `time` is in RFC 3339 when that was told, and so no line is younger.
    """

    instance: Instance
    time: str
    state: str
    log: tuple[str, ...]


def last_words(events: Iterable[Event]) -> list[LastWords]:
    """Return the ends that were told, the last one of each instance; some are of other things."""
    found: dict[Instance, LastWords] = {}
    for event in events:
        match event:
            case InstanceDied(subject=subject, state=state, log=log):
                pass
            case StepBroke(subject=subject, evidence=Evidence(state=state, log=log)):
                pass
            case _:
                continue
        instance = Instance.of(subject)
        found[instance] = LastWords(instance, rfc3339(event.at), state, log)
    return list(found.values())

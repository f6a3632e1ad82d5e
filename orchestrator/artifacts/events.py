"""Events as lines of JSON, and back: an object for each, with the event's name under `event`."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from orchestrator.artifacts.folder import Folder
from orchestrator.model.event import Event, RunReady, RunStarted

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}

PAIRS = ("waits", "addresses")
"""Fields that are pairs of name and value, which become an object."""


def as_json(event: Event) -> str:
    """Return an event as one line; pairs of name and value become an object."""
    fields: dict[str, Any] = dataclasses.asdict(event)
    match event:
        case RunStarted(waits=waits):
            fields["waits"] = dict(waits)
        case RunReady(addresses=addresses):
            fields["addresses"] = dict(addresses)
    return json.dumps({"event": type(event).__name__, **fields}, ensure_ascii=False)


def from_json(line: str) -> Event:
    """Return the event of a line; fields that nobody knows are left out.

    Raises ValueError for anything that `as_json` would not have written.
    """
    fields = json.loads(line)
    kind = fields.pop("event", None) if isinstance(fields, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError("not an event")
    for name in PAIRS:
        if isinstance(fields.get(name), dict):
            fields[name] = list(fields[name].items())
    event = _adapter(kind).validate_python(fields)
    if not math.isfinite(event.at):
        raise ValueError("an event at no time")
    return event


def read(folder: Folder) -> Iterator[Event]:
    """Yield what happened, in the order in which it was told; nothing where no file is.

    What is no event is left out: half a line, which a killed run has left, or an event of a later
    version.
    """
    try:
        with folder.events.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                try:
                    yield from_json(line)
                except (ValueError, RecursionError):
                    continue
    except OSError:
        return


@cache
def _adapter(kind: str) -> TypeAdapter[Event]:
    """Return what checks and makes events of a kind; imported late, as it costs much time."""
    from pydantic import TypeAdapter

    return TypeAdapter(KINDS[kind])

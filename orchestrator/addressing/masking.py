"""Keeps passwords out of everything that is shown: events, errors and all that they carry."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeVar, cast

from orchestrator.errors import (
    BuildFailed,
    GreenroomError,
    ManifestError,
    ModuleFailed,
    StepFailed,
)
from orchestrator.model.event import Event, RunReady
from orchestrator.model.secret import Mask, masker

__all__ = ["Mask", "mask_error", "mask_event", "mask_value", "masker"]

IDENTIFIERS = frozenset(
    {"step", "subject", "run", "name", "resources", "waits", "tasks", "instances", "unit", "after"}
)
"""Fields of events that hold nothing but names of the manifest and words of ours.

Displays recognize things by them: a password that is also a name must not change them.
"""

LOG = "log"
"""The field of events and evidence that holds the end of a log."""

LONGEST_LINE = 1 << 12
"""Characters of a line of these that stay: it is carried from hand to hand, and kept in files."""

Value = TypeVar("Value")


def mask_event(event: Event, mask: Mask) -> Event:
    """Return the event with every text in it masked, the names of things aside."""
    masked = mask_value(event, mask)
    if isinstance(masked, RunReady) and isinstance(event, RunReady):
        names = (name for name, _ in event.addresses)
        urls = (url for _, url in masked.addresses)
        return dataclasses.replace(masked, addresses=tuple(zip(names, urls, strict=True)))
    return masked


def mask_value(value: Value, mask: Mask) -> Value:
    """Return a value with every text in it masked, however deep it stands."""
    found: Any = value
    if isinstance(value, str):
        found = mask(value)
    elif isinstance(value, tuple):
        found = mask_tuple(value, mask)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: mask_field(field.name, getattr(value, field.name), mask)
            for field in dataclasses.fields(value)
            if field.name not in IDENTIFIERS
        }
        found = dataclasses.replace(value, **changed)
    return cast(Value, found)


def mask_field(name: str, value: Value, mask: Mask) -> Value:
    """Return the value of a field masked; a line of a log, which may have any length, is cut then.

    Not before: the mask does not know half of a secret.
    """
    found: Any = mask_value(value, mask)
    if name == LOG and isinstance(found, tuple):
        found = tuple(map(cut, found))
    return cast(Value, found)


def cut(line: str) -> str:
    """Return a line with no more characters than are kept."""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} … (the line goes on)"


def mask_tuple(values: tuple[Any, ...], mask: Mask) -> tuple[Any, ...]:
    """Return the values masked; lines are looked through together, for what two of them share."""
    if all(isinstance(value, str) and "\n" not in value for value in values):
        return tuple(mask("\n".join(values)).split("\n")) if values else ()
    return tuple(mask_value(value, mask) for value in values)


def mask_error(error: BaseException | None, mask: Mask) -> None:
    """Mask every text of an error and of those that led to it, notes and evidence included."""
    for one in chain(error):
        mask_own(one, mask)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, its causes, what was being handled then, and what failed as well."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        if isinstance(one, StepFailed):
            waiting += one.others


def mask_own(error: BaseException, mask: Mask) -> None:
    """Mask the texts of this very error."""
    error.args = tuple(mask(each) if isinstance(each, str) else each for each in error.args)
    if isinstance(error, GreenroomError):
        error.message, error.hint = mask(error.message), mask(error.hint)
    if isinstance(error, ManifestError):
        error.problems = [
            dataclasses.replace(problem, message=mask(problem.message))
            for problem in error.problems
        ]
    if isinstance(error, StepFailed):
        error.evidence = mask_value(error.evidence, mask)
    if isinstance(error, BuildFailed | ModuleFailed):
        error.log = mask_field(LOG, error.log, mask)
    if notes := getattr(error, "__notes__", None):
        error.__notes__ = [mask(note) for note in notes]

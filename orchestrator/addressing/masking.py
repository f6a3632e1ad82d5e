"""Keeps passwords out of everything that is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import quote

from orchestrator.errors import BuildFailed, GreenroomError, StepFailed
from orchestrator.model.event import Event

MASK = "***"
SHORTEST = 4
"""Characters below which a password stays: it would be found in words that have none in them."""

Mask = Callable[[str], str]
Value = TypeVar("Value")


def masker(secrets: Sequence[str]) -> Mask:
    """Return what replaces every secret in a text, also where it is percent-encoded."""
    spelled = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
    ordered = sorted((form for form in spelled if len(form) >= SHORTEST), key=len, reverse=True)

    def masked(text: str) -> str:
        for form in ordered:
            text = text.replace(form, MASK)
        return text

    return masked


def mask_event(event: Event, mask: Mask) -> Event:
    """Return the event with every text in it masked."""
    return mask_value(event, mask)


def mask_value(value: Value, mask: Mask) -> Value:
    """Return a value with every text in it masked, however deep it stands."""
    found: Any = value
    if isinstance(value, str):
        found = mask(value)
    elif isinstance(value, tuple):
        found = tuple(mask_value(item, mask) for item in value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: mask_value(getattr(value, field.name), mask)
            for field in dataclasses.fields(value)
        }
        found = dataclasses.replace(value, **changed)
    return cast(Value, found)


def mask_error(error: BaseException | None, mask: Mask) -> None:
    """Mask every text of an error and of those that led to it, notes and evidence included."""
    while error is not None:
        if isinstance(error, GreenroomError):
            error.message, error.hint = mask(error.message), mask(error.hint)
            error.args = (error.message,)
        if isinstance(error, StepFailed):
            error.evidence = mask_value(error.evidence, mask)
        if isinstance(error, BuildFailed):
            error.log = mask_value(error.log, mask)
        if notes := getattr(error, "__notes__", None):
            error.__notes__ = [mask(note) for note in notes]
        error = error.__cause__

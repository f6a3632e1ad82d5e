"""Keeps passwords out of what an error says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestrator.errors import GreenroomError, StepFailed

if TYPE_CHECKING:
    from orchestrator.environment import Environment


@contextmanager
def masked(environment: Environment) -> Iterator[None]:
    """Mask whatever error leaves the block with the passwords of this environment."""
    try:
        yield
    except GreenroomError as error:
        mask_error(error, environment)
        raise


def mask_error(error: GreenroomError, environment: Environment) -> None:
    """Replace every text of an error by its masked form, evidence and notes included."""
    mask = environment.mask
    error.message, error.hint = mask(error.message), mask(error.hint)
    if isinstance(error, StepFailed):
        known = error.evidence
        error.evidence = dataclasses.replace(
            known,
            answer=mask(known.answer),
            state=mask(known.state),
            log=tuple(map(mask, known.log)),
        )
    if notes := getattr(error, "__notes__", None):
        error.__notes__ = [mask(note) for note in notes]

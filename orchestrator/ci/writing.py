"""Files of which none is to keep another from being written, or to hide the first error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.render.failing import DEBUG


@contextmanager
def writing(name: str, notice: Callable[[str], None]) -> Iterator[None]:
    """Notice it when the block cannot write a file; with GREENROOM_DEBUG, that is raised."""
    try:
        yield
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        words = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        notice(f"the {name} could not be written: {words}")

"""What cannot be, in words."""

from __future__ import annotations

from typing import Any


class Wrong(Exception):
    """What was asked for cannot be: `key` of the manifest's entry is to blame."""

    def __init__(self, key: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer = {"wrong": key, "message": message, **more}


def said(error: BaseException) -> str:
    """Return an error's words, or its name where it has none."""
    text = str(error).strip() or type(error).__name__
    return text if isinstance(error, (TypeError, ValueError)) else f"{type(error).__name__}: {text}"

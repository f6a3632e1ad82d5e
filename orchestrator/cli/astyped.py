"""Keeps typer from importing pydantic and rich where they have nothing to do.

Without this, every Tab key takes twice as long. It reaches into typer where only typer should
reach; with a typer that is made differently inside, nothing is lost but time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

TEXT = (str, list[str], bool)


class AsTyped:
    """A conversion that returns text as it was typed, in the place of typer's own."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 - typer's protocol
        """Return the value; nothing, where several were possible, is an empty tuple."""
        several = param.multiple or param.nargs == -1
        return () if value is None and several else value


def as_typed(parameters: list[Any]) -> list[Any]:
    """Return these parameters; the values of those that are texts or flags are left alone."""
    for parameter in parameters:
        descriptor = getattr(parameter, "type_descriptor", None)
        if getattr(descriptor, "annotation", None) in TEXT:
            parameter._runtime_param = AsTyped()
    return parameters


def without_markup() -> None:
    """Let help texts be proposed as they are: they have no markup that rich could take away."""
    with suppress(ImportError):
        import typer._completion_classes as classes

        classes._sanitize_help_text = lambda text: text

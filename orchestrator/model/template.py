"""A string with references in it, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SELF = "self"
"""The name by which a resource refers to itself."""


class View(StrEnum):
    """Where an address is seen from: the run's network, or the tests' side."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Reference:
    """`${ledger.url}`, `${api.admin.port}`, `${lazy:b.url}`, `${self.outside.port}`.

    `resource` is a name or `self`; `field` is what is asked for; `port` names one of the resource's
    ports (None: its first); `view` forces one side (None: the asker's own); `lazy` makes it no
    dependency.
    """

    resource: str
    field: str
    port: str | None = None
    view: View | None = None
    lazy: bool = False

    def __str__(self) -> str:
        middle = [part for part in (self.view, self.port) if part]
        dotted = ".".join([self.resource, *middle, self.field])
        return f"${{{'lazy:' if self.lazy else ''}{dotted}}}"


@dataclass(frozen=True)
class Template:
    """Literal text and references, in order; without references it is just its text."""

    parts: tuple[str | Reference, ...] = ()

    @classmethod
    def literal(cls, text: str) -> Template:
        """A template that is only text, in which nothing is looked for."""
        return cls((text,) if text else ())

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every reference, in the order of the text."""
        return tuple(part for part in self.parts if isinstance(part, Reference))

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

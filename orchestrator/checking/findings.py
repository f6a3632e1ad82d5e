"""What is found out about the seeds of a resource."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is the matter; only the first is a fault, the others are worth knowing."""

    UNREPEATABLE = "not repeatable"
    ORDER = "order"
    ONCE = "once only"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True)
class Finding:
    """One thing that was found: about which seed of which resource, and in words."""

    kind: Kind
    resource: str
    seed: str
    message: str

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong, and not only worth knowing."""
        return self.kind is Kind.UNREPEATABLE

    def __str__(self) -> str:
        return f"{self.resource}: {self.kind}: {self.message}"

"""How a single value is read: the words of its mistakes, and its part of the JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Scalar, kind

MISTAKE = "mistake"
"""The one type of error that our own validators raise."""


def wrong(message: str, *below: str | int) -> PydanticCustomError:
    """A mistake of the value being read, or of a part of it; raised by validators."""
    path: Path = below
    return PydanticCustomError(MISTAKE, "{message}", {"message": message, "below": path})


@dataclass(frozen=True, eq=False)
class Leaf:
    """Annotates a field whose value `read` makes from the manifest's; `schema` is for editors."""

    read: Callable[[Any], object]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let `read` do all of the validation."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What editors check."""
        return dict(self.schema)


@dataclass(frozen=True, eq=False)
class Accepts:
    """Annotates a field of which a validator accepts more than its type says: a short form."""

    short: Mapping[str, Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The short form, or what the field's type says."""
        return {"anyOf": [dict(self.short), handler(schema)]}


def one(value: object, wanted: str, *below: str | int) -> Scalar:
    """The value, which must be a single one."""
    if not isinstance(value, Scalar):
        raise wrong(f"must be {wanted}, not {kind(value)}", *below)
    return value


def settled(value: object, wanted: str, *below: str | int) -> Scalar:
    """The value, which must be a single one that refers to no resource."""
    scalar = one(value, wanted, *below)
    if scalar.template.references:
        reference = scalar.template.references[0]
        raise wrong(f"{reference} cannot stand here; only ${{env:...}} can", *below)
    if "\x00" in scalar.text:
        raise wrong("cannot hold the character U+0000", *below)
    return scalar

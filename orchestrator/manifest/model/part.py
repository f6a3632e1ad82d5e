"""What all models of the manifest share: strict keys, short forms, and words for a wrong shape."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from orchestrator.manifest.model.create_call import check_keys
from orchestrator.manifest.model.leaf import Accepts, Leaf, settled, wrong
from orchestrator.manifest.model.texts import SCALAR, Templated, Text, Word
from orchestrator.manifest.reading.scalars import Scalar, is_nothing, kind

HOLE = object()
"""Stands in a list where a wrong entry was taken out, so that the others keep their positions."""


class Part(BaseModel):
    """A mapping with known keys.

    `example` shows one in messages. A single value where the mapping should stand means the key
    `short`, if there is such a key. A key that was left empty is as good as absent.
    """

    model_config = ConfigDict(
        extra="forbid", arbitrary_types_allowed=True, frozen=True, defer_build=True
    )

    example: ClassVar[str] = "{}"
    short: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _shape(cls, value: object) -> object:
        if isinstance(value, Scalar) and cls.short:
            return {cls.short: value}
        if not isinstance(value, dict):
            raise wrong(f"must be a mapping such as {cls.example}, not {kind(value)}")
        return {
            key: item
            for key, item in value.items()
            if not (key in cls.model_fields and is_nothing(item))
        }


def mapping(example: str) -> BeforeValidator:
    """A mapping with free keys."""

    def check(value: object) -> object:
        if not isinstance(value, dict):
            raise wrong(f"must be a mapping such as {example}, not {kind(value)}")
        return value

    return BeforeValidator(check)


def listed(value: object) -> object:
    """A list, or the only entry of one."""
    if isinstance(value, dict):
        raise wrong("must be a text or a list of texts, not a mapping")
    if not isinstance(value, list):
        return [value]
    return [item for item in value if item is not HOLE]


def read_options(value: object) -> object:
    """What an engine gets as it is, as plain Python values."""
    if not isinstance(value, dict):
        raise wrong(f"must be a mapping of settings for the engine, not {kind(value)}")
    settings: dict[str, object] = _free(value)
    check_keys(settings)
    return settings


def _free(value: object, *path: str | int) -> Any:
    if isinstance(value, dict):
        return {key: _free(item, *path, key) for key, item in value.items()}
    if isinstance(value, list):
        kept = ((at, item) for at, item in enumerate(value) if item is not HOLE)
        return [_free(item, *path, at) for at, item in kept]
    return settled(value, "a value", *path).value


Words = Annotated[list[Word], BeforeValidator(listed), Accepts(SCALAR)]
Environment = Annotated[dict[str, Templated], mapping("{NAME: value}")]


def read_arguments(value: object) -> object:
    """What a Python function is called with, as plain Python values, by name."""
    if not isinstance(value, dict):
        raise wrong(f"must be a mapping such as {{username: app}}, not {kind(value)}")
    return _free(value)


Arguments = Annotated[dict[str, Text], mapping("{NAME: value}")]
Options = Annotated[dict[str, Any], Leaf(read_options, {"type": "object"})]
Values = Annotated[dict[str, Any], Leaf(read_arguments, {"type": "object"})]

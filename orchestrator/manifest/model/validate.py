"""Values become the model; what does not fit is told in our words and taken out."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isclass
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.hints import unknown_key
from orchestrator.manifest.model.leaf import MISTAKE
from orchestrator.manifest.model.part import HOLE, Part
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Value

Whole = TypeVar("Whole", bound=Part)


def validated(root: Value, mistakes: Mistakes) -> Document:
    """The document without its wrong parts, so that the checks after this can judge the others."""
    return validated_as(Document, root, mistakes)


def validated_as(model: type[Whole], root: Value, mistakes: Mistakes) -> Whole:
    """A file's model without its wrong parts. Raises ManifestError when nothing of it is left."""
    rest: Any = root
    gone: set[Path] = set()
    while True:
        try:
            return model.model_validate(rest)
        except ValidationError as error:
            wrong = {_told(detail, model, mistakes) for detail in _details(error)}
        # What is still wrong when it is gone already takes along what it stood in.
        wrong = {path[:-1] if path in gone else path for path in wrong}
        if () in wrong:
            raise mistakes.error()
        gone |= wrong
        rest = _without(rest, gone)


def _details(error: ValidationError) -> Iterable[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _told(detail: ErrorDetails, whole: type[Part], mistakes: Mistakes) -> Path:
    """Tell one error; the path of the part that has to go."""
    path: Path = tuple(detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            mistakes.add_key(path, unknown_key(_model_at(path, whole), path))
        case "missing":
            mistakes.add(path, f'"{path[-1]}" is missing')
        case kind:
            context = detail.get("ctx", {}) if kind == MISTAKE else {}
            path = (*path, *context.get("below", ()))
            mistakes.add(path, context.get("message", "cannot be understood"))
    return mistakes.places.known(path)


def _model_at(path: Path, model: type[Part]) -> type[Part]:
    """The model whose key the path's last part would be, `model` being that of the whole."""
    for part in path[:-1]:
        field = model.model_fields.get(str(part))
        model = (_model_in(field.annotation) if field else None) or model
    return model


def _model_in(annotation: object) -> type[Part] | None:
    if isclass(annotation) and issubclass(annotation, Part):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model), None)


def _without(value: Any, paths: set[Path], path: Path = ()) -> Any:
    if path in paths:
        return HOLE
    if isinstance(value, list):
        return [_without(item, paths, (*path, at)) for at, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept = {key: _without(item, paths, (*path, key)) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item is not HOLE}

"""The JSON Schema that editors use, made from the same models."""

from __future__ import annotations

from typing import Any

from orchestrator.manifest.model.document import Document
from orchestrator.manifest.sections import ENTRIES, NAME

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) of the manifest."""
    schema = Document.model_json_schema()
    for section in ENTRIES:
        for shape in schema["properties"][section]["anyOf"]:
            if shape["type"] == "object":
                shape["propertyNames"] = {"pattern": f"^{NAME}$", "maxLength": 40}
    tidy: dict[str, Any] = _without_empty_defaults(schema)
    return {"$schema": DIALECT, **tidy}


def technology_schema() -> dict[str, Any]:
    """A JSON Schema of a file that describes a technology of one's own."""
    from orchestrator.manifest.own.form import Form

    tidy: dict[str, Any] = _without_empty_defaults(Form.model_json_schema())
    return {"$schema": DIALECT, **tidy}


def _without_empty_defaults(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_empty_defaults(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_empty_defaults(item)
        for key, item in value.items()
        if not (key == "default" and item is None)
    }

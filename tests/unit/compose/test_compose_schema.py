"""The schema that Compose files are checked against."""

from __future__ import annotations

import json
from importlib.resources import files

from orchestrator.compose.reading.valid import schema


def test_it_is_the_one_that_is_published() -> None:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    assert schema() == json.loads(vendored.read_text("utf-8"))

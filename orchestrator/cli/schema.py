"""`greenroom schema`: the manifest's JSON Schema, for editors."""

from __future__ import annotations

from orchestrator.cli.output import as_json


def schema() -> int:
    """Print the manifest's JSON Schema, for editors.

    With greenroom schema > environment.schema.json, and as the manifest's first line
    # yaml-language-server: $schema=environment.schema.json
    """
    from orchestrator.manifest import json_schema

    as_json(json_schema())
    return 0

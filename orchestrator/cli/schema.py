"""`greenroom schema`: the JSON Schemas of what people write, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.cli.output import as_json
from orchestrator.errors import UsageError

MANIFEST = "manifest"
TECHNOLOGY = "technology"

What = Annotated[
    str,
    typer.Argument(metavar="WHAT", help=f"{MANIFEST}, or {TECHNOLOGY}: a file of your own."),
]


def schema(what: What = MANIFEST) -> int:
    """Print the JSON Schema of manifests, for editors.

    Or that of technologies of your own: greenroom schema technology.

    With greenroom schema > environment.schema.json, and as the manifest's first line
    # yaml-language-server: $schema=environment.schema.json
    """
    from orchestrator.manifest import json_schema, technology_schema

    schemas = {MANIFEST: json_schema, TECHNOLOGY: technology_schema}
    if what not in schemas:
        raise UsageError(f"there is no schema of {what}", hint=f"there are {', '.join(schemas)}")
    as_json(schemas[what]())
    return 0

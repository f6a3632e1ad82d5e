"""`greenroom init`: a manifest to begin with, from what is found in this folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.output import remark, result
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.drafting import Project
    from orchestrator.drafting.drafting import Draft
    from orchestrator.model.technology import Technology

STDOUT = "-"

SHOWN = 5
"""So many folders are named."""

Uses = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TECHNOLOGY",
        help="What to use, as postgres or postgres:16, instead of what is found here.",
        show_default=False,
    ),
]
Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - is stdout."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a manifest that is there.")]


def init(uses: Uses = None, output: Output = "environment.yaml", force: Force = False) -> int:
    """Write a manifest to begin with, from what is found in this folder.

    It looks at what is required (Python, Node, Go, the JVM), Django, Alembic, Prisma, a Dockerfile,
    an example of the environment, and writes what they need, with comments. Beside it goes
    environment.schema.json, for editors.
    """
    from orchestrator.drafting import Project, draft, draft_of, written

    here = Path.cwd()
    target = None if output == STDOUT else here / output
    if target and (target.exists() or target.is_symlink()) and not force:
        raise UsageError(f"{output} is there already", hint="choose another --output, or --force")
    if target and not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}")
    catalogue = known(here)
    for use in uses or ():
        check(use, catalogue)
    project = Project(target.parent if target else here)
    made = draft_of(uses, project, catalogue) if uses else draft(project, catalogue)
    if not uses and (made.empty or (made.notes and not made.servers)):
        elsewhere(made, project, catalogue)
    text = written(made, schema=target is not None)
    if target is None:
        result(text.rstrip("\n"))
        return 0
    write(target, text)
    remark(*told(made))
    result(f"{output} is written. Next: greenroom check, greenroom up")
    return 0


def known(here: Path) -> dict[str, Technology]:
    """Return the technologies that a manifest in this folder can use."""
    from orchestrator.host import own_technologies

    found, _ = own_technologies.known(here, os.environ)
    return {one.technology.name: one.technology for one in found}


def check(use: str, catalogue: Mapping[str, Technology]) -> None:
    """Raise UsageError for a technology that there is not."""
    from orchestrator.manifest.words import did_you_mean

    name = use.partition(":")[0]
    if name not in catalogue:
        near = did_you_mean(name, catalogue).removeprefix("; ")
        raise UsageError(
            f"there is no technology {name}", hint=near or f"there are {', '.join(catalogue)}"
        )


def elsewhere(made: Draft, project: Project, catalogue: Mapping[str, Technology]) -> None:
    """Raise UsageError where what there is stands in a Compose file, or in folders below.

    A Compose file says more of the project's services than a Dockerfile beside it.
    """
    from orchestrator.drafting import parts

    named = "Or name what is used: greenroom init postgres"
    if made.notes:
        hint = f"{made.notes[0]} {named}"
        if made.empty:
            raise UsageError("nothing but a Compose file was found here", hint=hint)
        raise UsageError("what this project needs stands in its Compose file", hint=hint)
    below = [] if made.tests else parts(project, catalogue)
    # With a slash behind it, no folder is taken for a ready-made environment.
    names = [f"{os.path.relpath(one.folder, project.folder)}/" for one in below]
    if names:
        more = ", ..." if names[SHOWN:] else ""
        raise UsageError(
            f"nothing was found right here, but in {', '.join(names[:SHOWN])}{more}",
            hint=f"greenroom init in each folder; then include: [{', '.join(names[:SHOWN])}{more}] "
            f"in an environment.yaml here puts them together. {named}",
        )


def write(target: Path, text: str) -> None:
    """Write the manifest, and the schema beside it. Raises UsageError where that cannot be."""
    from orchestrator.drafting.writing import SCHEMA
    from orchestrator.manifest import json_schema

    schema = json_schema()
    beside = target.parent / SCHEMA
    try:
        if ours(beside, schema):
            beside.write_text(f"{json.dumps(schema, indent=2)}\n", encoding="utf-8")
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error


def ours(path: Path, schema: Mapping[str, object]) -> bool:
    """Whether a file may be replaced by the schema: it is not there, or an older one of it."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("title") == schema.get("title")


def told(made: Draft) -> Sequence[str]:
    """Return what was found, and what could not be used."""
    from orchestrator.drafting.evidence import Runs, Serves

    found = [
        f"{one.entry}: {one.use}{f' ({one.why[0]})' if one.why else ''}" for one in made.servers
    ]
    match made.serves:
        case Serves(dockerfile=place):
            found.append(f"app: built from {place}")
        case Runs(command=command, why=why):
            found.append(f"app: {command.partition(' ')[0]} ({why})")
    lost = [f"not known: {kind} ({why}); run it as a service" for kind, why in made.unknown.items()]
    return [*found, *lost, *made.notes] or ["nothing was found here; it begins with a postgres"]

"""`greenroom technologies`: what `use:` can name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json
from orchestrator.cli.output import as_json, remark, table
from orchestrator.errors import ManifestError, UsageError

if TYPE_CHECKING:
    from orchestrator.host.own_technologies import Known

Name = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="Only this one, with all that it has.", show_default=False),
]


def technologies(name: Name = None, json: Json = False) -> int:
    """List the technologies that manifests can use.

    They come with Greenroom, with packages, or are your own: files technologies/NAME.yaml beside
    the manifest here or above. The exit code is 65 when there are mistakes in one of them.
    """
    from orchestrator.host.own_technologies import known

    found, problems = known(Path.cwd(), os.environ)
    if name is not None:
        found = [chosen(name, found)]
        problems = []
    if json:
        as_json([as_value(one) for one in found])
    elif name is not None:
        told(found[0])
    else:
        listed(found)
    if problems:
        raise ManifestError(problems)
    return 0


def chosen(name: str, found: list[Known]) -> Known:
    """Return the one of this name. Raises UsageError, with the nearest."""
    from orchestrator.manifest.words import did_you_mean
    from orchestrator.model.module import PREFIX

    by_name = {one.technology.name: one for one in found}
    if name not in by_name:
        near = did_you_mean(name, by_name).removeprefix("; ")
        if name.startswith(PREFIX):
            near = f"modules of testcontainers are not listed; write `use: {name}`"
        raise UsageError(
            f"there is no technology {name}", hint=near or "greenroom technologies lists them"
        )
    return by_name[name]


def listed(found: list[Known]) -> None:
    """Print a line for each."""
    rows = [["NAME", "IMAGE", "FROM", "WHAT IT IS"]]
    for one in found:
        each = one.technology
        image = f"{each.image}:{each.version}"
        rows.append([each.name, image, one.origin or "greenroom", each.about])
    table(rows)
    remark("all that one of them has: greenroom technologies NAME")


def told(one: Known) -> None:
    """Print all that one of them has."""
    table([title, text] for title, text in sheet_of(one).items())


def sheet_of(one: Known) -> dict[str, str]:
    """Return all that one of them has, as plain text."""
    from orchestrator.technologies.sheet import sheet

    return {title.replace("`", ""): text.replace("`", "") for title, text in sheet(one.technology)}


def as_value(one: Known) -> dict[str, object]:
    """Return one as JSON has it."""
    each = one.technology
    return {
        "name": each.name,
        "from": one.origin or "greenroom",
        "image": each.image,
        "version": each.version,
        "port": each.port,
        "fields": ["url", "host", "port", *each.field_names],
        "seeds": list(each.seeds),
        "about": each.about,
        "sheet": sheet_of(one),
    }

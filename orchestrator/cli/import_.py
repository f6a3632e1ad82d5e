"""`greenroom import`: a Compose file becomes a manifest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.output import remark, result
from orchestrator.errors import ManifestError, UsageError

if TYPE_CHECKING:
    from orchestrator.compose.notes import Note

STDOUT = "-"

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="Compose files, of which later ones are laid over earlier ones. Without any, those "
        "that docker compose would take here, its override included.",
        show_default=False,
    ),
]
Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - is stdout."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a manifest that is there.")]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Write nothing if anything that may be missed is lost."),
]


def import_(
    files: Files = None,
    output: Output = "environment.yaml",
    force: Force = False,
    strict: Strict = False,
) -> int:
    """Make a manifest of a Compose file.

    Known servers become databases and brokers, what others wait for until it is done becomes a
    task. What could not be carried over is told line by line, and stands in the manifest as
    comments. With --strict, the exit code is 65 then.
    """
    from orchestrator.compose.writing import manifest_text
    from orchestrator.host import compose_files
    from orchestrator.host.manifests import shown_as

    here = Path.cwd()
    target = None if output == STDOUT else here / output
    if target and target.exists() and not force:
        raise UsageError(f"{output} is there already", hint="choose another --output, or --force")
    if target and not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}")
    paths = compose_files.found(files or (), here, os.environ)
    translation = compose_files.read(paths, target.parent if target else here, os.environ)
    names = [shown_as(path) for path in paths]
    lost = {(note.spot, note.message): note for note in translation.notes if note.lost}
    if lost and strict:
        remark(
            *told(list(lost.values())), f"error: {in_short(len(lost))}, and so nothing is written"
        )
        return ManifestError.exit_code
    remark(*told(translation.notes))
    written = manifest_text(translation, names)
    if target is None:
        result(written.rstrip("\n"))
        return 0
    target.write_text(written, encoding="utf-8")
    result(f"{output} is written; {in_short(len(lost))}. Next: greenroom check")
    return 0


def told(notes: Sequence[Note]) -> list[str]:
    """Return what was not carried over: what may be missed, then what is only as well to know."""
    lines: list[str] = []
    for title, lost in (("lost:", True), ("otherwise:", False)):
        # What an anchor brings to several services is told once.
        first = {
            (note.spot, note.message): note.problem for note in reversed(notes) if note.lost is lost
        }
        if first:
            lines += [title, *(f"  {problem}" for problem in sorted(first.values()))]
    return lines


def in_short(lost: int) -> str:
    """Return in words how much was lost."""
    match lost:
        case 0:
            return "nothing is lost"
        case 1:
            return "one thing is lost, see above"
    return f"{lost} things are lost, see above"

"""`greenroom report`: the page about a run, made of what was kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.artifacts.folder import DEFAULT
from orchestrator.cli.output import remark, result
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder

Of = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER",
        help=f"A folder of artifacts, as greenroom ci leaves one. Default: {DEFAULT}.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Where the page goes. Default: report.html in the folder.",
        show_default=False,
    ),
]
Open = Annotated[bool, typer.Option("--open", help="Show it in the browser.")]


def report(folder: Of = Path(DEFAULT), output: Output = None, open_: Open = False) -> int:
    """Make the report of a run from its artifacts.

    It is one file, which needs neither the folder nor a network any more. What the folder lacks,
    because the run was killed, say, the report does without. Of several runs at once (greenroom ci
    with several --with) each gets its own.
    """
    from orchestrator.artifacts import matrix
    from orchestrator.artifacts.folder import Folder
    from orchestrator.render.report import is_one

    found = Folder(folder)
    folders = list(filter(is_one, matrix.folders(found)))
    if folders and output:
        raise UsageError(
            f"{folder} is of several runs, which have a report each",
            hint=f"name the folder of one of them: greenroom report {folders[0].path}",
        )
    written = [make(one, output) for one in folders or [found]]
    result(*map(str, written))
    if open_:
        show(found.report if folders and found.report.is_file() else written[0])
    return 0


def make(folder: Folder, output: Path | None) -> Path:
    """Make one report, and return where it is. Raises UsageError where nothing can be made."""
    from orchestrator.render.report import is_one, write

    if not is_one(folder):
        missing = "is no folder of artifacts" if folder.path.exists() else "is not there"
        raise UsageError(
            f"{folder.path} {missing}",
            hint="make one with: greenroom ci -- CMD, or name the one that you have: "
            "greenroom report FOLDER",
        )
    try:
        return write(folder, output)
    except OSError as error:
        target = output or folder.report
        raise UsageError(
            f"cannot write {target}: {error.strerror}",
            hint="name a file in a folder that can be written to: --output FILE",
        ) from error


def show(page: Path) -> None:
    """Show a page in the browser, if there is one."""
    import webbrowser

    if not webbrowser.open(page.absolute().as_uri()):
        remark(f"no browser was found; the report is {page}")

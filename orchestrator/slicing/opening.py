"""Opens the slices of a run that is up."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path

from orchestrator.host.lease import run_folder
from orchestrator.lifecycle.view import View
from orchestrator.slicing.maker import Maker
from orchestrator.slicing.registry import Registry
from orchestrator.slicing.slices import Slices


def opened(view: View, environ: Mapping[str, str], *, real: bool, lasts: bool) -> Slices:
    """Return the slices of a run; `lasts` if it outlives this process."""
    folder = run_folder(view.run, environ)
    temporary = None
    if not real:
        # A run of engines in memory has no folder.
        temporary = tempfile.TemporaryDirectory(prefix="greenroom-")
        folder = Path(temporary.name)
    maker = Maker(
        view.manifest,
        view.run,
        view.directory,
        view.instances,
        view.engines,
        Registry(folder),
        environ,
    )
    slices = Slices(view, maker, lasts=lasts)
    if temporary:
        weakref.finalize(slices, temporary.cleanup)
    return slices

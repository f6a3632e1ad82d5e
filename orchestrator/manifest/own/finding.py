"""Which technologies a manifest can name: its own, then those that Greenroom or a package has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from orchestrator.errors import ManifestError
from orchestrator.manifest.files import Files, led_out, project
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Source
from orchestrator.manifest.sections import NAME
from orchestrator.model.technology import Technology

FOLDER = "technologies"
"""What the folder is called that has a project's own technologies."""

SUFFIX = ".yaml"

AT_MOST = 1000
"""Files in that folder that are looked through for a name that is nearly right."""


@dataclass
class Technologies:
    """What `use:` can name; each file is read once, and only when somebody names it.

    `common` are those that are there for every manifest, `environ` what `${env:...}` sees.
    """

    common: Mapping[str, Technology]
    files: Files
    environ: Mapping[str, str]
    mistakes: Mistakes
    _read: dict[str, Technology | None] = field(default_factory=dict)

    def find(self, name: str, beside: Source) -> tuple[bool, Technology | None]:
        """Return whether there is a technology of this name, and it, unless its file is wrong.

        One beside the manifest that names it comes before all others.
        """
        own = file_of(name, beside)
        if re.fullmatch(NAME, name) and self.files.exists(own.path):
            if own.path not in self._read:
                self._read[own.path] = self._own(name, own)
            return True, self._read[own.path]
        return (True, self.common[name]) if name in self.common else (False, None)

    def beside(self, place: Source) -> tuple[str, ...]:
        """Return the names of those that are described beside a file."""
        folder = str(PurePath(place.folder, FOLDER))
        if not self.files.is_folder(folder):
            return ()
        names = (PurePath(file) for file in self.files.listing(folder, AT_MOST))
        return tuple(each.stem for each in names if str(each) == f"{each.stem}{SUFFIX}")

    def _own(self, name: str, place: Source) -> Technology | None:
        # Imported here, because most manifests need none of it.
        from orchestrator.manifest.own.reading import read

        try:
            return read(name, self._bytes(place), place, self.environ, self.files)
        except ManifestError as error:
            self.mistakes.repeat(error.problems)
            return None

    def _bytes(self, place: Source) -> bytes:
        mistakes = Mistakes(place.display)
        whole = project(place.folder, self.files)
        if real := led_out(place.path, whole, self.files):
            mistakes.note((), f"leads by a link out of the project {whole}, to {real}")
        else:
            try:
                return self.files.read(place.path)
            except OSError as error:
                mistakes.note((), f"cannot be read: {error.strerror}")
        raise mistakes.error()


def file_of(name: str, beside: Source) -> Source:
    """Return where a technology of this name is described, if it is one of the project's own."""
    inside = PurePath(FOLDER, f"{name}{SUFFIX}")
    return Source(
        str(PurePath(beside.folder, inside)), str(PurePath(beside.display).parent / inside)
    )

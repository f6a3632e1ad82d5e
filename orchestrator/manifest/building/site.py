"""Where an entry stands, and what may be asked while it becomes a resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from orchestrator.manifest.checks.names import Names
from orchestrator.manifest.files import Files, led_out, missing, project
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.modules import Modules
from orchestrator.manifest.own.finding import Technologies
from orchestrator.manifest.places import Path, Source
from orchestrator.model.manifest import AUTO, MAPPING
from orchestrator.model.technology import Technology


@dataclass(frozen=True)
class Surroundings:
    """What is the same for all entries.

    `engine` is where those run that say nothing of it. `environs` are the variables that each file
    sees. `modules` are those of testcontainers that `python`, or else the project's interpreter,
    has.
    """

    folder: str
    files: Files
    technologies: Technologies
    names: Names
    mistakes: Mistakes
    engine: str = AUTO
    environs: Mapping[Source, Mapping[str, str]] = field(default_factory=dict)
    python: str | None = None
    modules: Modules | None = None
    _projects: dict[str, str] = field(default_factory=dict)

    def source_of(self, path: Path) -> Source:
        """The file in which a value was written."""
        source = self.mistakes.places.source(path)
        return source if source.path else Source(f"{self.folder}/{MAPPING}", self.mistakes.file)

    def folder_of(self, path: Path) -> str:
        """The folder of the file in which a value was written: what it says starts from there."""
        return self.mistakes.places.source(path).folder or self.folder

    def environ_of(self, path: Path) -> Mapping[str, str]:
        """The variables that the file sees in which a value was written."""
        return self.environs.get(self.mistakes.places.source(path), {})

    def project(self, folder: str) -> str:
        """The folder that no path in a file of this folder may leave unless it says so."""
        if folder not in self._projects:
            self._projects[folder] = project(folder, self.files)
        return self._projects[folder]


@dataclass(frozen=True)
class Site:
    """One entry's place."""

    section: str
    name: str
    around: Surroundings

    @property
    def path(self) -> Path:
        """The entry's path in the manifest."""
        return (self.section, self.name)

    def wrong(self, message: str, *keys: str | int) -> None:
        """Tell a mistake of the value under these keys."""
        self.around.mistakes.add((*self.path, *keys), message)

    def wrong_key(self, message: str, *keys: str | int) -> None:
        """Tell a mistake of the last of these keys."""
        self.around.mistakes.note_key((*self.path, *keys), message)

    def near(self, *keys: str | int) -> bool:
        """Whether something at, above or below these keys is known to be wrong."""
        return self.around.mistakes.near((*self.path, *keys))

    def lacks(self, message: str) -> None:
        """Tell that the entry itself lacks something."""
        self.around.mistakes.note(self.path, message)

    def doubtful(self, *keys: str) -> bool:
        """Whether one of these keys may be there and is only wrong, or misspelt."""
        return self.around.mistakes.incomplete(self.path) or any(map(self.near, keys))

    def technology(self, name: str) -> tuple[bool, Technology | None]:
        """Whether the entry can `use` this name, and what it is, unless that is in doubt."""
        return self.around.technologies.find(name, self.around.source_of((*self.path, "use")))

    def own_technologies(self) -> tuple[str, ...]:
        """The names of those that are described beside the file in which the entry stands."""
        return self.around.technologies.beside(self.around.source_of((*self.path, "use")))

    def resolved(self, path: str, *keys: str | int) -> str:
        """A path as written under these keys, resolved against the folder of its file."""
        return str(PurePath(self.around.folder_of((*self.path, *keys)), path))

    def included_from(self, *keys: str | int) -> str | None:
        """The folder of the included file in which the value was written; None: the manifest's."""
        folder = self.around.folder_of((*self.path, *keys))
        return folder if folder != self.around.folder else None

    def file(self, written: str, *keys: str | int) -> str:
        """The path of a file that must be there."""
        path = self.resolved(written, *keys)
        if not self.around.files.exists(path):
            self.wrong(missing(path, self.around.files), *keys)
        elif self.around.files.is_folder(path):
            self.wrong(f"{path} is a folder, and must be a file", *keys)
        else:
            self._stays(path, *keys)
        return path

    def folder(self, written: str, *keys: str | int) -> str:
        """The path of a folder that must be there."""
        path = self.resolved(written, *keys)
        if not self.around.files.exists(path):
            self.wrong(missing(path, self.around.files, folder=True), *keys)
        elif not self.around.files.is_folder(path):
            self.wrong(f"{path} is a file, and must be a folder", *keys)
        else:
            self._stays(path, *keys)
        return path

    def _stays(self, path: str, *keys: str | int) -> None:
        whole = self.around.project(self.around.folder_of((*self.path, *keys)))
        real = led_out(path, whole, self.around.files)
        if real is not None:
            self.wrong(
                f"{path} leads by a link out of the project {whole}, to {real}; "
                f"if that is meant, write {real} itself",
                *keys,
            )

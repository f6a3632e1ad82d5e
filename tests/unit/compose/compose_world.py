"""What these tests translate with: folders in memory, or the folders of the cases."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from orchestrator.compose.nodes import Source
from orchestrator.compose.notes import Notes
from orchestrator.compose.out import Branch, Item, Row, Text
from orchestrator.compose.reading.document import World
from orchestrator.compose.translating import Translation, translated
from orchestrator.errors import ManifestError
from orchestrator.technologies import BUILT_IN

FOLDER = "/home/shop"


@dataclass(frozen=True)
class Folder:
    """Files by their paths in the project's folder; those that end with `.sh` can be run."""

    files: Mapping[str, str] = field(default_factory=dict)

    def _own(self, path: str) -> str:
        return path.removeprefix(f"{FOLDER}/")

    def exists(self, path: str) -> bool:
        return self._own(path) in self.files or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        if path == FOLDER:
            return True
        return any(PurePosixPath(file).is_relative_to(self._own(path)) for file in self.files) and (
            self._own(path) not in self.files
        )

    def real(self, path: str) -> str:
        return path

    def read(self, path: str) -> bytes:
        if self._own(path) not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        return self.files[self._own(path)].encode()

    def listing(self, path: str, most: int) -> list[str]:
        start = "" if path == FOLDER else f"{self._own(path)}/"
        found = sorted(file.removeprefix(start) for file in self.files if file.startswith(start))
        return found[: most + 1]

    def names(self, path: str) -> list[str]:
        return sorted({file.split("/")[0] for file in self.listing(path, len(self.files))})

    def executable(self, path: str) -> bool:
        return path.endswith(".sh")


def translate(
    text: str,
    files: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    imported: bool = False,
    more: tuple[str, ...] = (),
) -> Translation:
    """Translate `compose.yaml`; `more` are the names of files that are laid over it."""
    every = {"compose.yaml": textwrap.dedent(text), **(files or {})}
    names = ("compose.yaml", *more)
    sources = [Source(f"{FOLDER}/{name}", name, FOLDER) for name in names]
    world = World(Folder(every), environ or {}, Notes(), keep=imported)
    folder = FOLDER if imported else ""
    return translated(sources, world, technologies=BUILT_IN, folder=folder)


def service(text: str, **given: object) -> dict[str, object]:
    """Return what becomes of a service of which these lines are said, as plain values."""
    body = textwrap.indent(textwrap.dedent(text).strip(), "    ")
    translation = translate(f"services:\n  web:\n{body}\n", **given)  # type: ignore[arg-type]
    found = plain(translation.root)
    assert isinstance(found, dict)
    return found["services"]["web"]


def plain(item: Item) -> object:
    """Return what was made as it would stand in a manifest."""
    match item:
        case Text():
            return item.written
        case Row():
            return [plain(one) for one in item.items]
        case Branch():
            return {key: plain(one) for key, one in item.entries.items()}


def notes(translation: Translation, *, lost: bool | None = None) -> list[str]:
    """Return what is told of a translation."""
    told = [note for note in translation.notes if lost is None or note.lost is lost]
    return [str(note.problem) for note in told]


def mistakes(text: str, **given: object) -> list[str]:
    """Return the mistakes in a Compose file."""
    try:
        translate(text, **given)  # type: ignore[arg-type]
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return []

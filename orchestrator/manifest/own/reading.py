"""The text of a file becomes a technology, with every mistake in it told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from orchestrator.manifest.building.field_names import wrong_field, wrong_port
from orchestrator.manifest.building.site import Site, Surroundings
from orchestrator.manifest.checks.names import Names
from orchestrator.manifest.files import Files
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.validate import validated_as
from orchestrator.manifest.own.finding import Technologies
from orchestrator.manifest.own.form import Form
from orchestrator.manifest.own.making import made
from orchestrator.manifest.places import HERE, Path, Source
from orchestrator.manifest.reading.decode import decode
from orchestrator.manifest.reading.interpolate import free_of, interpolate
from orchestrator.manifest.reading.scalars import Value, scalars
from orchestrator.manifest.reading.syntax import compose
from orchestrator.manifest.reading.tree import Tree
from orchestrator.manifest.words import did_you_mean, listed, quoted
from orchestrator.model.technology import Technology
from orchestrator.model.template import SELF, Reference

_ADDRESS = ("host", "port", "user", "password", "database")
_BARE = ("setup", "create_database", "seeds")
"""Keys whose commands are run as they are; what they need to know is in their environment."""


class _Whole(Site):
    """The place of what is a file of its own: the file's beginning."""

    @property
    def path(self) -> Path:
        """No path at all."""
        return ()


def read(
    name: str, source: bytes, place: Source, environ: Mapping[str, str], files: Files
) -> Technology:
    """Return the technology that a file describes. Raises ManifestError with all its mistakes."""
    mistakes = Mistakes(place.display)
    root = Tree(mistakes).value(compose(decode(source, mistakes), mistakes))
    root = interpolate(free_of(root), {HERE: environ}, mistakes)
    form = validated_as(Form, root, mistakes)
    technologies = Technologies({}, files, environ, mistakes)
    around = Surroundings(place.folder, files, technologies, Names({}), mistakes)
    technology = made(name, form, source, _Whole("databases", name, around))
    _References(technology, mistakes).check(root)
    for key, names, wrong in (
        ("fields", form.fields, wrong_field),
        ("ports", form.ports, wrong_port),
    ):
        for named in names or {}:
            if words := wrong(named):
                mistakes.note_key((key, named), words)
    for path in form.files or {}:
        if not PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            mistakes.note_key(("files", path), "must be the absolute path of a file, without ..")
    mistakes.raise_if_any()
    return technology


@dataclass(frozen=True)
class _References:
    """Judges what a technology's texts refer to."""

    technology: Technology
    mistakes: Mistakes
    ports: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ports", tuple(self.technology.more_ports))

    def check(self, root: Value) -> None:
        """Tell every reference that nobody could answer."""
        for scalar in scalars(root):
            found = (self.wrong(one, scalar.path) for one in scalar.template.references)
            if messages := tuple(filter(None, found)):
                self.mistakes.add(scalar.path, *messages)

    def wrong(self, reference: Reference, path: Path) -> str:
        """Return what is wrong with a reference, empty when nothing is."""
        if reference.resource != SELF or reference.lazy:
            return f"{reference} cannot stand here; a technology knows only `self`"
        if path[0] in _BARE:
            return f'{reference} cannot stand here; "client_env" gives it to commands as a variable'
        if reference.port not in (None, *self.ports, str(self.technology.port)):
            near = did_you_mean(reference.port or "", self.ports, self.has(self.ports))
            return f"there is no port {quoted(reference.port or '')}{near}"
        known = tuple(self.known(path))
        if reference.field not in known:
            near = did_you_mean(reference.field, known, self.has(known))
            return f"there is no field {quoted(reference.field)} here{near}"
        return ""

    def known(self, path: Path) -> Iterator[str]:
        """Yield the fields that a text at this place may ask for."""
        yield from _ADDRESS
        # An address that is made of itself, or of what is made of it, would never end.
        if path[0] not in ("url", "ports", "fields"):
            yield "url"
            yield from self.technology.fields
        elif path[0] == "fields":
            yield "url"

    @staticmethod
    def has(names: tuple[str, ...]) -> str:
        """Return in words which names there are."""
        return f"there are {listed(names)}" if names else ""

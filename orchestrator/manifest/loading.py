"""A manifest is loaded: a list of stages, then a list of checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from orchestrator.manifest.building.base import environment
from orchestrator.manifest.building.resources import interpreter, resources
from orchestrator.manifest.building.site import Surroundings
from orchestrator.manifest.checks.circles import check_circles
from orchestrator.manifest.checks.engine import check_engine
from orchestrator.manifest.checks.follows import Follows
from orchestrator.manifest.checks.names import Names, names
from orchestrator.manifest.checks.needs import check_needs
from orchestrator.manifest.checks.ports import check_ports
from orchestrator.manifest.checks.references import References, uses
from orchestrator.manifest.checks.seeds import SeedCheck, check_seeds
from orchestrator.manifest.checks.spots import spots
from orchestrator.manifest.entry_spots import entry_spots
from orchestrator.manifest.files import Files
from orchestrator.manifest.including.composing import composed
from orchestrator.manifest.including.reader import Part, World
from orchestrator.manifest.including.replacing import replaced
from orchestrator.manifest.including.translator import Translator
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.validate import validated
from orchestrator.manifest.modules import Modules
from orchestrator.manifest.own.finding import Technologies
from orchestrator.manifest.places import Source
from orchestrator.manifest.reading.decode import decode
from orchestrator.manifest.reading.interpolate import interpolate, without_free_keys
from orchestrator.manifest.reading.mapping import FromPython
from orchestrator.manifest.reading.scalars import Value
from orchestrator.manifest.reading.syntax import compose
from orchestrator.manifest.reading.tree import Tree
from orchestrator.model.manifest import AUTO, MAPPING, Manifest, Tests
from orchestrator.model.resource import Resource
from orchestrator.model.technology import Technology


def load(
    source: bytes,
    *,
    path: str,
    files: Files,
    environ: Mapping[str, str],
    technologies: Mapping[str, Technology],
    display: str | None = None,
    engine: str | None = None,
    ready_made: Mapping[str, str] | None = None,
    translators: Mapping[str, Translator] | None = None,
    modules: Modules | None = None,
    instead: Mapping[str, str] | None = None,
    seeds: SeedCheck | None = None,
) -> Manifest:
    """The manifest in a file's bytes; raises ManifestError with every mistake in it.

    `path` is the file's resolved path, against whose folder relative paths are resolved; `display`
    is how messages call it (its base name otherwise). `environ` is what `${env:...}` sees.
    `engine` stands for the one that the manifest names. `ready_made` are the paths of manifests
    that can be included by name, `translators` read other kinds of files that are included.
    `modules` are those of testcontainers. `instead` says of resources, by name, what they use
    instead of what the manifest says: a technology, as `use` has it, or an image. `seeds` looks for
    mistakes in the files of seeds, which are then told with the manifest's own.
    """
    shown = display or PurePath(path).name
    mistakes = Mistakes(shown)
    text = decode(source, mistakes)
    node = compose(text, mistakes)
    root = Tree(mistakes).value(node)
    top = Part(Source(path, shown), root, mistakes, environ)
    world = World(files, ready_made or {}, translators or {})
    folder = str(PurePath(path).parent)
    given = _Given(path, folder, technologies, engine, modules, instead or {}, seeds)
    return _manifest(top, given, world)


def load_mapping(
    mapping: Mapping[str, object],
    *,
    folder: str,
    files: Files,
    environ: Mapping[str, str],
    technologies: Mapping[str, Technology],
    display: str = MAPPING,
    engine: str | None = None,
    ready_made: Mapping[str, str] | None = None,
    translators: Mapping[str, Translator] | None = None,
    modules: Modules | None = None,
) -> Manifest:
    """The manifest in a Python mapping; its mistakes have paths, but no lines.

    `folder` is what relative paths are resolved against, and the default for the name.
    """
    mistakes = Mistakes(display)
    root = FromPython(mistakes).value(mapping)
    top = Part(Source(f"{folder}/{MAPPING}", MAPPING), root, mistakes, environ)
    world = World(files, ready_made or {}, translators or {})
    return _manifest(top, _Given(MAPPING, folder, technologies, engine, modules), world)


@dataclass(frozen=True)
class _Given:
    """All that loading draws on besides the manifest itself, and what reading it does."""

    path: str
    folder: str
    technologies: Mapping[str, Technology]
    engine: str | None
    modules: Modules | None
    instead: Mapping[str, str] = field(default_factory=dict)
    seeds: SeedCheck | None = None


def _manifest(top: Part, given: _Given, world: World) -> Manifest:
    mistakes = top.mistakes
    whole = replaced(composed(top, world), given.instead, mistakes)
    root = interpolate(without_free_keys(whole.root), whole.environs, mistakes)
    document = validated(root, mistakes)
    known = names(root, mistakes)
    engine = given.engine or document.engine or AUTO
    technologies = Technologies(given.technologies, world.files, top.environ, mistakes)
    around = Surroundings(
        given.folder,
        world.files,
        technologies,
        known,
        mistakes,
        engine,
        whole.environs,
    )
    python = interpreter(document.python, around)
    made = resources(document, replace(around, python=python, modules=given.modules))
    tests = _tests(document, mistakes)
    _check(root, document, known, made, mistakes, engine)
    if given.seeds:
        check_seeds(made.values(), given.seeds, mistakes)
    mistakes.raise_if_any()
    return Manifest(
        path=given.path,
        folder=given.folder,
        name=document.name or PurePath(given.folder).name or "environment",
        engine=engine,
        python=python,
        loose=document.versions == "loose",
        resources=made,
        tests=tests,
        secrets=tuple(sorted(mistakes.secrets - {""})),
        warnings=mistakes.warnings,
        instead=dict(given.instead),
        spots=entry_spots(root, mistakes),
        tree=root if isinstance(root, dict) else {},
    )


def _check(
    root: Value,
    document: Document,
    known: Names,
    made: Mapping[str, Resource],
    mistakes: Mistakes,
    engine: str,
) -> None:
    found = list(uses(root, mistakes))
    check_needs(document, known, mistakes)
    check_ports(document, mistakes)
    check_engine(engine, document, made.values(), mistakes)
    References(known, made, mistakes).check(found)
    check_circles(made, spots(document, found), mistakes)
    Follows(document, known, made, mistakes).check(found)


def _tests(document: Document, mistakes: Mistakes) -> Tests:
    part = document.tests
    if part is None:
        return Tests()
    return Tests(part.command, environment(part.env, ("tests", "env"), mistakes))

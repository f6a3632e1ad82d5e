"""Compose files with something odd in them: they are translated, or every mistake has its place."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_world import FOLDER, Folder, translate

from orchestrator.compose.writing import manifest_text
from orchestrator.errors import ManifestError, Problem
from orchestrator.manifest import load
from orchestrator.technologies import BUILT_IN

CASES = Path(__file__).parent / "cases"
TAGGED = "layers"
"""Has tags of Compose's own, which make no plain values."""

DOCUMENTS = [
    yaml.safe_load((folder / "compose.yaml").read_text("utf-8"))
    for folder in sorted(CASES.iterdir())
    if folder.name != TAGGED
]
ODD: list[Any] = [
    *(None, "", [], {}, 0, -1, 1.5, True, "9" * 400, [None], {"a": None}, ["a", "a"], {"": ""}),
    *("a:b:c", "${X:-y}", "$", "/", "./x", "a\nb", "É", "\u2028x", "=", "service:web", '"', "'"),
    *(
        "1-5",
        "- x",
        "#",
        " x ",
        "x: y",
        "{a}",
        "@",
        "*a",
        "null",
        "~",
        "1e3",
        "22:22",
        "on",
        "a #b",
    ),
]
KEYS = ("image", "ports", "env_file", "extends", "x-a", "Ü b", "1", "volumes", "deploy", "profiles")


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Any = ()
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items:
        yield from paths(below, (*path, key))


def changed(chance: random.Random) -> Any:
    document = copy.deepcopy(chance.choice(DOCUMENTS))
    for _ in range(chance.randint(1, 3)):
        *above, last = chance.choice([path for path in paths(document) if path] or [("services",)])
        place = document
        for key in above:
            place = place[key]
        if isinstance(place, dict) and chance.random() < 0.3:
            place[chance.choice(KEYS)] = copy.deepcopy(chance.choice(ODD))
        else:
            place[last] = copy.deepcopy(chance.choice(ODD))
    return document


@pytest.mark.parametrize("seed", range(4))
def test_whatever_stands_in_it(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(15):
        text = yaml.safe_dump(changed(chance), allow_unicode=True)
        assert all(problem.line for problem in problems(text, imported=False))
        assert all(problem.line for problem in problems(text, imported=True))


def problems(text: str, *, imported: bool) -> list[Problem]:
    """The mistakes in a Compose file; if it has none, those in the manifest that is made of it."""
    files = {"app/Dockerfile": "", "x": "", "app.env": "A=1"}
    try:
        made = translate(text, files, {"MONGO_USER": "u"}, imported=imported)
        if imported:
            manifest = manifest_text(made, ["compose.yaml"])
            assert yaml.safe_load(manifest) is not None or "services: {}" in text
            load(
                manifest.encode(),
                path=f"{FOLDER}/environment.yaml",
                files=Folder(files),
                environ={},
                technologies=BUILT_IN,
            )
    except ManifestError as error:
        return error.problems
    return []

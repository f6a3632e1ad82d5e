"""`greenroom technologies`: what comes with Greenroom, with packages, and one's own."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from shop import Shop

from orchestrator.errors import UsageError
from orchestrator.technologies import BUILT_IN
from orchestrator.technologies.installed import GROUP, Installed

QDRANT = "{about: vectors, image: qdrant/qdrant, version: v1, port: 6333, seeds: {.json: [load]}}\n"


def own(shop: Shop, text: str = QDRANT, name: str = "qdrant") -> None:
    folder = Path(shop.folder, "technologies")
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)


def test_one_line_for_each_one_s_own_first(shop: Shop) -> None:
    own(shop)
    ended = shop.greenroom("technologies")
    title, first, *others = [line.split() for line in ended.out.splitlines()]
    assert title == ["NAME", "IMAGE", "FROM", "WHAT", "IT", "IS"]
    assert first == ["qdrant", "qdrant/qdrant:v1", "technologies/qdrant.yaml", "vectors"]
    assert [line[0] for line in others[: len(BUILT_IN)]] == list(BUILT_IN)
    assert ended.code == 0


def test_all_that_one_of_them_has(shop: Shop) -> None:
    own(shop)
    lines = shop.greenroom("technologies", "qdrant").out.splitlines()
    assert "image and default version  qdrant/qdrant:v1" in lines
    assert "seeds                      .json" in lines
    shown = shop.greenroom("technologies", "postgres").out
    assert "postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in shown
    assert "`" not in shown


def test_as_json(shop: Shop) -> None:
    own(shop)
    first, *others = json.loads(shop.greenroom("technologies", "--json").out)
    assert (first["name"], first["from"]) == ("qdrant", "technologies/qdrant.yaml")
    assert first["fields"] == ["url", "host", "port"]
    by_name = {one["name"]: one for one in others}
    assert by_name["postgres"]["from"] == "greenroom"
    assert "jdbc" in by_name["postgres"]["fields"]


def test_a_name_that_there_is_not(shop: Shop) -> None:
    ended = shop.greenroom("technologies", "postgress")
    assert ended.code == 64
    assert ended.err == (
        'error: there is no technology postgress\nnext: did you mean "postgres"?\n'
    )


def test_a_module_of_testcontainers_is_no_unknown_name(shop: Shop) -> None:
    ended = shop.greenroom("technologies", "testcontainers.redis")
    assert ended.code == 64
    assert "are not listed; write `use: testcontainers.redis`" in ended.err


def test_mistakes_in_one_s_own_do_not_hide_the_others(shop: Shop) -> None:
    own(shop, "{image: a, version: 1}")
    ended = shop.greenroom("technologies")
    assert ended.code == 65
    assert 'technologies/qdrant.yaml:1:1: "port" is missing' in ended.err
    assert "postgres" in ended.out


def test_the_schema_of_both(shop: Shop) -> None:
    assert json.loads(shop.greenroom("schema").out)["title"] == "Greenroom environment"
    assert json.loads(shop.greenroom("schema", "technology").out)["title"] == "Greenroom technology"
    ended = shop.greenroom("schema", "engine")
    assert (ended.code, "there are manifest, technology" in ended.err) == (64, True)


def brought(monkeypatch: pytest.MonkeyPatch, **values: str) -> Installed:
    """What is installed when a package has these entry points."""
    points = [EntryPoint(name, value, GROUP) for name, value in values.items()]
    monkeypatch.setattr("orchestrator.technologies.installed.entry_points", lambda group: points)
    return Installed()


def test_packages_bring_technologies(monkeypatch: pytest.MonkeyPatch) -> None:
    redis = "orchestrator.technologies.redis:REDIS"
    found = brought(monkeypatch, keys=redis, postgres=redis)
    assert found["keys"] is BUILT_IN["redis"]
    assert found["postgres"] is BUILT_IN["postgres"], "a package stands for nothing of ours"
    assert list(found) == [*BUILT_IN, "keys"]
    assert "nothing" not in found


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no_such_module:A", "the technology keys of a package cannot be had: No module named"),
        ("json:loads", "json:loads of a package is no Technology, but a function"),
    ],
)
def test_a_package_that_is_broken(monkeypatch: pytest.MonkeyPatch, value: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        brought(monkeypatch, keys=value)["keys"]

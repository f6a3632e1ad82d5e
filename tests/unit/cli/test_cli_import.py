"""`greenroom import`: which files are taken, what is written, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop import Shop

COMPOSE = "services:\n  web: {image: 'web:1', ports: [80]}\n"
LOST = "services:\n  web: {image: 'web:1', ports: [80], gpus: all}\n"


@pytest.fixture
def bare(shop: Shop) -> Shop:
    (shop.folder / "environment.yaml").unlink()
    return shop


def put(shop: Shop, **files: str) -> None:
    for name, text in files.items():
        (shop.folder / name.replace("__", ".").replace("_", "-")).write_text(text)


def written(shop: Shop) -> str:
    return (shop.folder / "environment.yaml").read_text()


def test_what_is_written_passes_the_check(bare: Shop) -> None:
    put(bare, compose__yaml=COMPOSE)
    ended = bare.greenroom("import")
    told = "environment.yaml is written; nothing is lost. Next: greenroom check\n"
    assert (ended.code, ended.out, ended.err) == (0, told, "")
    assert bare.greenroom("check").code == 0
    assert "    image: web:1\n    ports: [80]\n" in written(bare)


def test_a_manifest_that_is_there_stays_unless_that_is_said(shop: Shop) -> None:
    put(shop, compose__yaml=COMPOSE)
    before = written(shop)
    ended = shop.greenroom("import")
    assert (ended.code, written(shop)) == (64, before)
    assert ended.err == (
        "error: environment.yaml is there already\nnext: choose another --output, or --force\n"
    )
    assert shop.greenroom("import", "--force").code == 0
    assert written(shop) != before


def test_it_can_be_printed_or_put_elsewhere(bare: Shop) -> None:
    put(bare, compose__yaml=COMPOSE)
    assert bare.greenroom("import", "-o", "-").out.startswith("# Made from compose.yaml by")
    assert not (bare.folder / "environment.yaml").exists()
    assert bare.greenroom("import", "--output", "none/x.yaml").code == 64
    (bare.folder / "tests").mkdir()
    put(bare, compose__yaml="services: {a: {build: api}}")
    assert bare.greenroom("import", "--output", "tests/environment.yaml").code == 0
    text = (bare.folder / "tests/environment.yaml").read_text()
    assert "    build: {context: ../api}\n" in text


FILES = {
    "compose.yaml": (("compose__yaml", "docker_compose__yml"), ()),
    "compose.yml": (("compose__yml", "docker_compose__yaml"), ()),
    "docker-compose.yml": (("docker_compose__yml", "other__yaml"), ()),
    "compose.yaml, compose.override.yaml": (("compose__yaml", "compose__override__yaml"), ()),
    "docker-compose.yml, docker-compose.override.yml": (
        ("docker_compose__yml", "docker_compose__override__yml"),
        (),
    ),
    "other.yaml": (("compose__yaml", "compose__override__yaml", "other__yaml"), ("other.yaml",)),
    "other.yaml, compose.yaml": (("compose__yaml", "other__yaml"), ("other.yaml", "compose.yaml")),
}


@pytest.mark.parametrize("taken", FILES)
def test_which_files_are_taken(bare: Shop, taken: str) -> None:
    there, arguments = FILES[taken]
    put(bare, **dict.fromkeys(there, COMPOSE))
    assert bare.greenroom("import", *arguments).code == 0
    assert written(bare).startswith(f"# Made from {taken} by")


def test_files_that_a_variable_names(bare: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    put(bare, compose__yaml=COMPOSE, a__yaml=COMPOSE, b__yaml=COMPOSE)
    (bare.folder / ".env").write_text("COMPOSE_FILE=a.yaml:b.yaml\n")
    assert bare.greenroom("import").code == 0
    assert written(bare).startswith("# Made from a.yaml, b.yaml by")
    monkeypatch.setenv("COMPOSE_FILE", "b.yaml")
    assert bare.greenroom("import", "--force").code == 0
    assert written(bare).startswith("# Made from b.yaml by")


def test_without_a_file_it_says_what_it_looks_for(bare: Shop) -> None:
    ended = bare.greenroom("import")
    assert ended.code == 64
    assert "there is no Compose file here" in ended.err
    assert "compose.yaml, compose.yml, docker-compose.yaml or docker-compose.yml" in ended.err
    assert "there is no file no.yaml" in bare.greenroom("import", "no.yaml").err


def test_what_is_lost_is_told_line_by_line(bare: Shop) -> None:
    put(bare, compose__yaml=LOST)
    ended = bare.greenroom("import")
    told = "compose.yaml:2:44: services.web.gpus: devices such as GPUs are not handed on"
    assert (ended.code, ended.err) == (0, f"lost:\n  {told}\n")
    assert "one thing is lost, see above" in ended.out
    assert "    # compose.yaml:2 gpus: devices such as GPUs are not handed on\n" in written(bare)


def test_strictly_nothing_is_written_when_something_is_lost(bare: Shop) -> None:
    put(bare, compose__yaml=LOST)
    ended = bare.greenroom("import", "--strict")
    assert ended.code == 65
    assert ended.err.count("devices such as GPUs are not handed on") == 1
    assert ended.err.endswith("error: one thing is lost, see above, and so nothing is written\n")
    assert not (bare.folder / "environment.yaml").exists()
    put(bare, compose__yaml=COMPOSE)
    assert bare.greenroom("import", "--strict").code == 0


WRONG = {
    "services: [\n": "compose.yaml:",
    "": "compose.yaml:1:1: the file is empty",
    "[a]": "compose.yaml:1:1: a Compose file is a mapping",
    "services: {a: {image: 3}}": "compose.yaml:1:23: services.a.image: must be a text",
    "services: {a: {image: x, depends_on: [b]}}": "there is no service",
}


@pytest.mark.parametrize("text", WRONG)
def test_mistakes_in_it_exit_65(bare: Shop, text: str) -> None:
    put(bare, compose__yaml=text)
    ended = bare.greenroom("import")
    assert ended.code == 65
    assert WRONG[text] in ended.err
    assert not (bare.folder / "environment.yaml").exists()


def test_a_file_that_is_no_text_says_so(bare: Shop) -> None:
    (bare.folder / "compose.yaml").write_bytes(b"\xff\xfe\x00")
    ended = bare.greenroom("import")
    assert (ended.code, "save the file as UTF-8" in ended.err) == (65, True)
    Path(bare.folder / "compose.yaml").write_bytes(b"a: " + b"x" * 2**21)
    assert bare.greenroom("import").code == 65

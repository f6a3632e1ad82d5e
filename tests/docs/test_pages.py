"""All documents for users: whatever can be checked without knowing what they are about."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable

import pytest
import typer
from doc_blocks import FOLDER, PAGES, ROOT, Block, anchor, commands, page
from doc_manifests import PAGES as PAGES_FILE
from doc_manifests import EveryFile, loaded

from orchestrator.cli.app import app
from orchestrator.compose.nodes import Source as File
from orchestrator.compose.notes import Notes
from orchestrator.compose.reading.document import World
from orchestrator.compose.translating import translated
from orchestrator.errors import ManifestError
from orchestrator.manifest.locks import read_lock
from orchestrator.manifest.own.reading import read
from orchestrator.manifest.places import Source
from orchestrator.seeding.generated import generate
from orchestrator.seeding.rows.yaml_rows import read_yaml
from orchestrator.technologies.parts.documents import composed, pairs
from orchestrator.technologies.parts.kafka_seeds import topics
from orchestrator.technologies.parts.mqtt_words import listed
from orchestrator.technologies.parts.nats_seeds import read_streams

READ = {name: page(name) for name in PAGES}
BLOCKS = [block for name in PAGES for block in READ[name].blocks]

LANGUAGES = {
    "yaml",
    "sql",
    "csv",
    "json",
    "python",
    "js",
    "go",
    "ini",
    "sh",
    "console",
    "dockerfile",
    "text",
}


def compose_file(text: str) -> object:
    """What becomes of a Compose file, beside which there is every other file."""
    source = File("/project/compose.yaml", "compose.yaml", "/project")
    world = World(EveryFile(), {}, Notes())
    given = {source.path: text.encode()}
    return translated([source], world, technologies={}, given=given).root.entries


NO_MANIFESTS: dict[str, Callable[[str], object]] = {
    "environment.lock": lambda text: read_lock(text.encode(), "environment.lock"),
    "compose.yaml": compose_file,
    "compose.tests.yaml": compose_file,
    "streams.yaml": lambda text: read_streams(text.encode()),
    "topics.yaml": lambda text: topics(text.encode(), 0),
    "messages.yaml": lambda text: listed(text.encode()),
    "keys.yaml": lambda text: list(pairs(composed(text.encode(), ""), "")),
    "people.yaml": lambda text: list(read_yaml(text, "people")),
    "shop.generate.yaml": lambda text: list(generate(text, "shop.generate.yaml")),
    PAGES_FILE: lambda text: read(
        "pages", text.encode(), Source("/p.yaml", PAGES_FILE), {}, EveryFile()
    ),
    "many.generate.yaml": lambda text: list(generate(text, "many.generate.yaml")),
}
WITH_MISTAKES = {"wrong.yaml"}


def of(*languages: str) -> list[object]:
    """The blocks in these languages, as parameters that are called by their places."""
    found = (each for each in BLOCKS if each.language in languages and not is_seed(each))
    return [pytest.param(each, id=str(each)) for each in found]


def is_seed(block: Block) -> bool:
    """Whether it is a technology's seed, which a real server takes in another test."""
    return block.page.startswith("technologies/") and block.name not in ("", "environment.yaml")


def test_every_block_says_what_it_is() -> None:
    assert {block.language for block in BLOCKS} <= LANGUAGES


@pytest.mark.parametrize("block", of("yaml"))
def test_a_manifest_has_no_mistakes(block: Block) -> None:
    if block.name in NO_MANIFESTS:
        assert NO_MANIFESTS[block.name](block.text)
    elif block.name in WITH_MISTAKES:
        with pytest.raises(ManifestError):
            loaded(block.text)
    else:
        loaded(block.text)


def test_the_manifests_of_the_readme_have_no_mistakes_and_no_warnings() -> None:
    found = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(found) == 2
    assert [loaded(text).warnings for text in found] == [(), ()]


@pytest.mark.parametrize("block", of("python"))
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec", dont_inherit=True)


@pytest.mark.parametrize("block", of("console", "sh"))
def test_greenroom_has_the_commands_and_options_that_are_typed(block: Block) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for line in block.text.splitlines():
        for typed in re.findall(r"greenroom ([^)|&;>]*)", line.partition("#")[0]):
            # What stands behind `--` is somebody else's, quotes included.
            words = shlex.split(typed.partition(" -- ")[0].replace('"', ""))
            if not words or words[0].startswith("/") or " install " in line:
                continue
            if words[0].startswith("--"):
                assert words[0] in {"--install-completion", "--version"}, line
                continue
            assert words[0] in known, line
            options = {name for one in known[words[0]].params for name in one.opts}
            assert {word for word in words if word.startswith("-")} <= options, line


@pytest.mark.parametrize("block", of("console"))
def test_a_console_block_has_commands_only_behind_a_dollar(block: Block) -> None:
    assert block.text.startswith("$ ")
    assert all(command.line for command in commands(block))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", READ[name].prose):
        if target.startswith("https://"):
            continue
        file, _, fragment = target.partition("#")
        path = (FOLDER / name).parent / file if file else FOLDER / name
        assert path.exists(), target
        headings = page(os.path.relpath(path, FOLDER)).headings
        assert not fragment or fragment in map(anchor, headings), target

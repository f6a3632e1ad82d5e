"""docs/compose.md against the code: its tables, and its example, typed as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_blocks import commands, page

from orchestrator.cli.main import main
from orchestrator.compose.keys import CARRIED, LOST, NEEDLESS, TOP, fates
from orchestrator.compose.parts.engine import SETTINGS
from orchestrator.compose.parts.mounts import MOST_FILES
from orchestrator.compose.reading.valid import schema

PAGE = page("compose.md")


def keys_of(*names: str) -> set[str]:
    """The keys of a service, as the published schema knows them."""
    return {key for name in names for key in schema()["$defs"][name]["properties"]}


def test_something_becomes_of_every_key_of_the_schema() -> None:
    every = keys_of("container_spec", "workload_spec", "service")
    assert set(fates()) == every
    several = (CARRIED, LOST, NEEDLESS, SETTINGS)
    twice = {key for key in every if sum(key in one for one in several) > 1}
    assert twice == {"external_links", "stdin_open"} & twice
    assert set(TOP) == set(schema()["properties"])


def test_the_tables_are_what_the_code_says() -> None:
    for heading, told in (("Keys of a service", fates()), ("Keys of the file", TOP)):
        (table,) = PAGE.under(heading)
        rows = [(key.strip("`"), becomes) for key, becomes in table.rows]
        assert rows == list(told.items())


def test_the_example_gives_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("api/Dockerfile", "db/schema.sql"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    (tmp_path / "compose.yaml").write_text(PAGE.file("compose.yaml"))
    monkeypatch.chdir(tmp_path)
    (block,) = (one for one in PAGE.blocks if one.language == "console")
    (command,) = commands(block)

    assert main(command.line.split()[1:]) == 0

    printed = capfd.readouterr()
    assert printed.err + printed.out == block.text.partition("\n")[2]
    written = next(one for one in PAGE.blocks if one.text.startswith("# Made from"))
    assert (tmp_path / "environment.yaml").read_text() == written.text


def test_the_most_files_of_a_folder() -> None:
    (table,) = PAGE.under("Volumes")
    assert f"up to {MOST_FILES} of them" in table.rows[1][1]

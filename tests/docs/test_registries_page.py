"""docs/registries.md against the code: what failures are called, policies, places, times."""

from __future__ import annotations

import re

from doc_blocks import FOLDER, codes, page

from orchestrator.cli.image_list import HEAD
from orchestrator.engines.docker import auth_files, helpers
from orchestrator.engines.docker.push_words import OTHERWISE, OWN
from orchestrator.engines.docker.registry_words import PATTERNS
from orchestrator.lifecycle.fetching import ATTEMPTS, FIRST_PAUSE, not_to_be_pulled
from orchestrator.manifest.locks import read_lock, written
from orchestrator.manifest.policy import POLICIES
from orchestrator.plan.images import prefixed

PAGE = page("registries.md")
TEXT = (FOLDER / "registries.md").read_text("utf-8")
WORDS = " ".join(TEXT.split())


def test_every_failure_has_its_row() -> None:
    told = {words for each, _ in PATTERNS for words in (each.words, each.with_login) if words}
    (table,) = (each for each in PAGE.tables if each.header[0] == "it says")
    assert {row[0] for row in table.rows} == {re.sub(r"{\w+}", "...", words) for words in told}


def test_every_failure_of_a_push_has_its_row() -> None:
    own = {meaning for meaning, _ in OWN} | {each for each in OTHERWISE.values() if each}
    told = {words for each in own for words in (each.words, each.with_login) if words}
    (table,) = (each for each in PAGE.tables if each.header[0] == "of a push it says")
    assert {row[0] for row in table.rows} == {re.sub(r"{\w+}", "...", words) for words in told}


def test_a_lock_is_as_shown() -> None:
    (block,) = (block for block in PAGE.blocks if block.text.startswith("# environment.lock"))
    lock = read_lock(block.text.encode(), "environment.lock")
    without_words = "\n".join(block.text.splitlines()[1:])
    assert written(lock, "environment.yaml").endswith(f"\n{without_words}\n")


def test_a_list_is_as_shown() -> None:
    (block,) = (block for block in PAGE.blocks if block.text.startswith("$ greenroom images\n"))
    assert block.text.splitlines()[1].split() == HEAD


def test_every_policy_has_its_row() -> None:
    (table,) = (each for each in PAGE.tables if each.header[0] == "`pull`")
    assert {code for row in table.rows for code in codes(row[0])} == set(POLICIES)


def test_a_mirror_s_names_are_as_written() -> None:
    (table,) = (each for each in PAGE.tables if each.header[0] == "in the manifest")
    for image, expected in table.rows:
        for name in codes(image):
            assert [prefixed(name, "registry.example.com/mirror/")] == (codes(expected) or [name])
    harbor = "harbor.example.com/hub/library/"
    for name in ("postgres", "bitnami/kafka"):
        assert f"`{name}` is `{prefixed(name, harbor)}`" in WORDS


def test_numbers_and_places_are_those_of_the_code() -> None:
    assert (ATTEMPTS, FIRST_PAUSE) == (4, 1.0)
    assert "up to three times, after 1, 2 and 4 seconds" in WORDS
    assert f"does not answer within {helpers.SECONDS:g} seconds" in WORDS
    home = {"HOME": "/home/ann"}
    assert str(auth_files.docker_place(home)) == "/home/ann/.docker/config.json"
    assert [str(each) for each in auth_files.podman_places(home)] == [
        "/home/ann/.config/containers/auth.json"
    ]


def test_the_error_is_as_shown() -> None:
    error = not_to_be_pulled({"postgres:16": "ledger"})
    assert f"error: {error.message}\nnext: {error.hint}\n" in TEXT

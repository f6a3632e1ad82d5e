"""Which combinations there are, what they are called, and where their artifacts go."""

from __future__ import annotations

import pytest

from orchestrator.ci.matrix.combination import MOST, combinations
from orchestrator.errors import UsageError


def test_each_version_of_one_comes_with_each_of_the_others_in_the_order_given() -> None:
    found = combinations(
        {"ledger": ["postgres:15", "postgres:16"], "cache": ["redis:7", "valkey:8"]}
    )
    assert [one.name for one in found] == [
        "ledger=postgres:15, cache=redis:7",
        "ledger=postgres:15, cache=valkey:8",
        "ledger=postgres:16, cache=redis:7",
        "ledger=postgres:16, cache=valkey:8",
    ]
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert found[1].folder == "ledger=postgres-15,cache=valkey-8"
    assert found[1].options == ["--with", "ledger=postgres:15", "--with", "cache=valkey:8"]


def test_what_is_the_same_in_all_is_used_and_not_named() -> None:
    found = combinations({"ledger": ["postgres:15", "postgres:16"], "cache": ["redis:7"]})
    assert [one.name for one in found] == ["ledger=postgres:15", "ledger=postgres:16"]
    assert all(one.instead["cache"] == "redis:7" for one in found)


@pytest.mark.parametrize("choices", [{}, {"ledger": ["postgres:15"]}])
def test_without_a_choice_there_is_one(choices: dict[str, list[str]]) -> None:
    [only] = combinations(choices)
    assert only.name == ""
    assert dict(only.instead) == {name: uses[0] for name, uses in choices.items()}


def test_folders_have_names_that_every_system_takes_and_none_twice() -> None:
    uses = ["me/pg:1", "me:pg-1", "ME/pg:1", f"registry.example.com:5000/{'x' * 200}@sha256:00"]
    folders = [one.folder for one in combinations({"ledger": uses})]
    assert folders[:3] == ["ledger=me-pg-1-1", "ledger=me-pg-1-2", "ledger=ME-pg-1-3"]
    assert len(set(folders)) == len(uses)
    assert all(len(one) <= 105 for one in folders)
    assert not set('"<>:|*?\r\n/\\') & set("".join(folders))


def test_a_number_makes_no_name_that_another_has() -> None:
    uses = ["me/pg:1", "me:pg-1", "me/pg:1-2", "ME/pg:1-1"]
    assert [one.folder for one in combinations({"ledger": uses})] == [
        "ledger=me-pg-1-1-1",
        "ledger=me-pg-1-2-2",
        "ledger=me-pg-1-2",
        "ledger=ME-pg-1-1",
    ]


def test_too_many_are_told_with_how_they_come_about() -> None:
    uses = [f"postgres:{number}" for number in range(9)]
    with pytest.raises(UsageError) as told:
        combinations({"ledger": uses, "cache": uses})
    assert told.value.message == (
        f"81 combinations (9 of ledger x 9 of cache) are too many; there can be {MOST}"
    )
    assert told.value.exit_code == 64

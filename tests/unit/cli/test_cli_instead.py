"""`--with`: what is typed, what is started then, and who knows of it afterwards."""

from __future__ import annotations

import json

import pytest
from shop import MANIFEST, Shop

from orchestrator.cli.instead import choices, one_each
from orchestrator.environment import Environment
from orchestrator.errors import UsageError
from orchestrator.model.launch import INSTEAD

OLDER = ("--with", "ledger=postgres:15")


def images(shop: Shop) -> dict[str, str]:
    """The label of what is used instead, by resource, of all that is up."""
    found = shop.docker.world.instances.values()
    return {str(one.instance): one.labels[INSTEAD] for one in found if INSTEAD in one.labels}


def test_several_things_for_a_resource_are_kept_in_their_order() -> None:
    typed = ["ledger=postgres:15", "cache=redis:7", "ledger=postgres:16"]
    assert choices(typed) == {"ledger": ["postgres:15", "postgres:16"], "cache": ["redis:7"]}
    assert choices(None) == {}


def test_what_stands_behind_the_first_equals_sign_is_used_as_it_is() -> None:
    assert one_each(["api=registry.example.com:5000/api:1"]) == {
        "api": "registry.example.com:5000/api:1"
    }


WRONG = [
    (["ledger"], "--with ledger does not say what uses what"),
    (["ledger="], "--with ledger= does not say what uses what"),
    (["=postgres"], "--with =postgres does not say what uses what"),
    (["ledger=a", "ledger=a"], "--with ledger=a is given twice"),
    (["ledger=a", "ledger=b"], "--with says of ledger that it is a and b"),
]


@pytest.mark.parametrize(("typed", "words"), WRONG, ids=[" ".join(case[0]) for case in WRONG])
def test_what_cannot_be_meant_is_told_with_the_next_step(typed: list[str], words: str) -> None:
    with pytest.raises(UsageError) as told:
        one_each(typed)
    assert told.value.message == words
    assert told.value.hint


def test_run_starts_the_other_version(shop: Shop) -> None:
    assert shop.greenroom("run", *OLDER, "--", "true").code == 0
    assert "pull postgres:15" in shop.docker.calls
    assert "pull postgres:16" not in shop.docker.calls


def test_plan_shows_it(shop: Shop) -> None:
    assert "postgres:15" in shop.greenroom("plan", *OLDER).out
    assert "postgres:15" in shop.greenroom("plan", "--offline", *OLDER).out


def test_check_finds_what_is_wrong_with_it(shop: Shop) -> None:
    assert shop.greenroom("check", *OLDER).code == 0
    ended = shop.greenroom("check", "--with", "legder=postgres:15", "--json")
    [problem] = json.loads(ended.out)["problems"]
    assert ended.code == 65
    assert problem["file"] == "--with legder=postgres:15"
    assert problem["message"] == 'no resource is called "legder"; did you mean "ledger"?'


def test_several_are_for_ci_only(shop: Shop) -> None:
    ended = shop.greenroom("run", *OLDER, "--with", "ledger=postgres:16", "--", "true")
    assert ended.code == 64
    assert "greenroom ci runs the tests with each of them" in ended.err
    assert not shop.docker.calls


def test_whoever_joins_reads_the_manifest_in_the_same_way(shop: Shop) -> None:
    shop.greenroom("up", *OLDER)
    [run] = shop.runs
    joined = Environment.attach(run)
    assert joined.manifest.instead == {"ledger": "postgres:15"}
    assert joined.manifest.resources["ledger"].image == "postgres:15"


def test_up_without_it_makes_what_the_manifest_says_again(shop: Shop) -> None:
    shop.greenroom("up", *OLDER)
    assert images(shop) == {"ledger": "postgres:15"}
    ended = shop.greenroom("up")
    assert "  ledger  made anew" in ended.err
    assert "  worker  kept" in ended.err
    assert images(shop) == {}


def test_up_with_it_changes_what_is_up(shop: Shop) -> None:
    shop.greenroom("up")
    ended = shop.greenroom("up", *OLDER)
    assert "  ledger  made anew" in ended.err
    assert images(shop) == {"ledger": "postgres:15"}


@pytest.mark.parametrize("command", ["restart", "reset"])
def test_what_is_made_anew_stays_with_it(shop: Shop, command: str) -> None:
    shop.greenroom("up", *OLDER)
    shop.docker.calls.clear()
    assert shop.greenroom(command, "ledger").code == 0
    assert "start ledger" in " ".join(shop.docker.calls)
    assert images(shop) == {"ledger": "postgres:15"}


def test_what_it_names_is_proposed_at_the_tab_key(shop: Shop) -> None:
    from orchestrator.cli.completing import replaceable

    assert shop.write(MANIFEST)
    assert replaceable("le") == ["ledger="]

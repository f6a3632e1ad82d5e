"""Who reaches what runs already at which address, and in which database of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.addressing.launching import launch
from orchestrator.addressing.places import UNKNOWN, in_own_places
from orchestrator.addressing.resolve import client_env, resolve, taken_apart
from orchestrator.addressing.route import Directory
from orchestrator.model.adopted import Adopted
from orchestrator.model.adoption import GIVEN_DATABASE
from orchestrator.model.launch import PLACE, RESOURCE, Found, RunLabels
from orchestrator.model.resource import ADOPTED, DOCKER, FunctionSeed, Instance, Port, Resource
from orchestrator.technologies import BUILT_IN

SEED = FunctionSeed("/load.py", "fill", "load.py:fill")

API = Instance("api")

LABELS = RunLabels("shop-abcd2345", "f00d", "shop", "/shop/environment.yaml", "{}", 0)


def adopted(name: str, technology: str, given: Adopted, *, seeded: bool = False) -> Resource:
    return Resource(
        name,
        "databases",
        engine=ADOPTED,
        technology=BUILT_IN[technology],
        ports=(Port(given.port),),
        user="me",
        password="p@ss/word",
        databases=(given.database,),
        seeds=(SEED,) if seeded else (),
        adopted=given,
    )


HERE = Adopted("postgres", "localhost", 5433, query="sslmode=require", database="app")
THERE = Adopted("postgresql+asyncpg", "db.example.com", 5432, database="a b")
REDIS = Adopted("redis", "::1", 6379, database="0")

RESOURCES = (
    adopted("here", "postgres", HERE),
    adopted("there", "postgres", THERE),
    adopted("ledger", "postgres", HERE, seeded=True),
    adopted("cache", "redis", REDIS, seeded=True),
    Resource("api", "services", engine=DOCKER),
)

DIRECTORY = Directory(
    {one.name: one for one in RESOURCES},
    relayed={(Instance("here"), 5433): 49005},
    folders={ADOPTED: "/state/adopted/shop-abcd2345"},
)

OWN = in_own_places(DIRECTORY, LABELS.run, ())


@pytest.mark.parametrize(
    ("asker", "text", "expected"),
    [
        (None, "${here.url}", "postgres://me:p%40ss%2Fword@localhost:5433/app?sslmode=require"),
        (API, "${here.url}", "postgres://me:p%40ss%2Fword@here:49005/app?sslmode=require"),
        (API, "${here.outside.host}", "localhost"),
        (None, "${there.url}", "postgresql+asyncpg://me:p%40ss%2Fword@db.example.com:5432/a%20b"),
        (API, "${there.host}:${there.port}", "db.example.com:5432"),
        (API, "${there.inside.host}", "db.example.com"),
        (None, "${here.jdbc}", "jdbc:postgresql://localhost:5433/app"),
        (None, "${ledger.database}", "greenroom_shop_abcd2345_ledger"),
        (None, "${cache.url}", f"redis://me:p%40ss%2Fword@[::1]:6379/{UNKNOWN}"),
    ],
)
def test_an_address_is_as_it_was_given(asker: Instance | None, text: str, expected: str) -> None:
    assert resolve(taken_apart(text), asker, OWN) == expected


def test_a_place_that_was_claimed_has_the_servers_name_for_it() -> None:
    labels = {RESOURCE: "cache", PLACE: "7"}
    found = Found(ADOPTED, "server", "id", labels, "cache")
    directory = in_own_places(DIRECTORY, LABELS.run, [found])
    assert resolve(taken_apart("${cache.database}"), None, directory) == "7"


def test_one_without_user_and_password_shows_none() -> None:
    bare = replace(RESOURCES[0], user="", password="")
    directory = Directory({"here": bare})
    assert resolve(taken_apart("${here.url}"), None, directory) == (
        "postgres://localhost:5433/app?sslmode=require"
    )


def test_clients_are_led_to_the_runs_own_place_with_what_the_query_says() -> None:
    env = client_env(Instance("ledger"), OWN)
    assert env["PGDATABASE"] == "greenroom_shop_abcd2345_ledger"
    assert (env["PGHOST"], env["PGPORT"], env["PGSSLMODE"]) == ("localhost", "5433", "require")


def test_what_makes_that_place_is_led_to_what_was_given() -> None:
    launched = launch(Instance("ledger"), OWN, LABELS, environ={"PATH": "/bin", "SECRET": "x"})
    assert launched.guest is not None
    assert launched.guest.name == "greenroom_shop_abcd2345_ledger"
    assert launched.guest.access.database == "app"
    assert (launched.env["PGDATABASE"], launched.env[GIVEN_DATABASE]) == ("app", "app")
    assert "SECRET" not in launched.env


def test_what_is_only_used_makes_nothing() -> None:
    launched = launch(Instance("there"), OWN, LABELS)
    assert launched.guest is not None
    assert launched.guest.name == ""

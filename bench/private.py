"""A private database for each test: how long it is waited for, and how many come in a second."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import docker

from bench import contenders, engine, place
from bench.contenders import Contender
from bench.given import Given
from bench.place import Place
from bench.psql import pipe
from bench.seeded import forgetting, kept, nothing, subfolder, write_tables
from bench.servers import PASSWORD, PSQL, USER
from bench.suites import Suite, Waits

TESTS = 2000
BY_DRIVER = 300
BY_CONTAINER = 10
IN_A_ROW = 500


def waits(given: Given) -> list[Contender]:
    """The same tests on one database for all, and on one for each, by three ways."""
    static, sliced = (tables(given, name) for name in ("static", "sliced"))
    images = {here: kept(here) for here in (static, sliced)}
    token = secrets.token_hex(4)
    container = {"BENCH_IMAGE": images[static], "BENCH_TOKEN": token}
    many, some, few = map(given.number, (TESTS, BY_DRIVER, BY_CONTAINER))
    return [
        cleaning(measured("static", Suite(static.folder, many)), static, images[static]),
        cleaning(measured("greenroom", Suite(sliced.folder, many)), sliced, images[sliced]),
        measured("by the driver", Suite(sliced.folder, some, how="driver")),
        replace(
            measured(
                "a container",
                Suite(static.folder, few, how="container", variables=container),
            ),
            clean=lambda: engine.remove(token),
        ),
    ]


def tables(given: Given, name: str) -> Place:
    """Return the place of a manifest with fifty tables."""
    return place.made(subfolder(given, name), name, nothing, write_tables)


def measured(name: str, suite: Suite) -> Contender:
    """Return whoever runs this suite, with the waits of its tests."""
    found = Waits(suite.run)
    return Contender(name, {"median": found.middle, "95 %": found.nearly_all})


def cleaning(contender: Contender, here: Place, image: str) -> Contender:
    """Return the contender with nothing left behind, the snapshot neither."""
    clean = forgetting(contenders.greenroom(here), image).clean
    return replace(contender, clean=clean)


@dataclass
class Sustained:
    """An environment that is up for as long as slices are made of it, by whomever."""

    here: Place
    number: int
    run: str = ""

    def up(self) -> None:
        """Bring it up, once."""
        if not self.run:
            contenders.greenroom(self.here).phases["up"]()
            self.run = self.container["Labels"]["greenroom.run"]

    @property
    def container(self) -> dict[str, Any]:
        """What the engine says of it."""
        label = contenders.greenroom(self.here).label
        found: list[dict[str, Any]] = docker.from_env().api.containers(filters={"label": label})
        return found[0]

    def by_server(self) -> float:
        """Return what a copy takes, made and removed, when the server does nothing else."""
        self.up()
        script = self.here.folder / "copies.sql"
        script.write_text("\n".join(statements(self.number)))
        env = {"PGUSER": USER, "PGPASSWORD": PASSWORD, "PGDATABASE": "postgres"}
        client = docker.from_env().api
        told = pipe(client, self.container["Id"], [*PSQL, "-tA"], env, str(script))
        # Between them are the marks that the engine puts in front of each piece.
        began, ended = map(float, re.findall(rb"\d{9,}\.\d+", told))
        return (ended - began) / self.number

    def by_greenroom(self) -> float:
        """Return the same for tests that ask for their slice and do nothing, to the last drop."""
        self.up()
        run = {"GREENROOM_RUN": self.run}
        suite = Suite(self.here.folder, self.number, kind="test_asks", variables=run)
        return suite.run().seconds / self.number


def statements(number: int) -> Iterator[str]:
    """Yield the quickest way to so many copies."""
    now = "SELECT extract(epoch FROM clock_timestamp());"
    yield now
    for each in range(number):
        yield f"CREATE DATABASE copy_{each} TEMPLATE {USER}__template STRATEGY file_copy;"
        yield f"DROP DATABASE copy_{each};"
    yield now


def sustained(given: Given) -> list[Contender]:
    """What a server does by itself, and what tests get of it that leave no pause."""
    here = place.made(given.folder, "sliced", nothing, write_tables)
    image = kept(here)
    both = Sustained(here, given.number(IN_A_ROW))
    return [
        cleaning(Contender("psql", {"each": both.by_server}), here, image),
        Contender("greenroom", {"each": both.by_greenroom}),
    ]

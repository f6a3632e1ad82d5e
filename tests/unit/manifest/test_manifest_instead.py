"""What resources use instead of what the manifest says (`--with`)."""

from __future__ import annotations

import pytest
from manifest_world import FILES, FakeFiles, World

from orchestrator.errors import ManifestError
from orchestrator.model.manifest import Manifest

MANIFEST = """
databases:
  ledger:
    use: postgres:${env:PG_VERSION}
    port: 5433
    seed: [schema.sql]
    isolation: worker
  pinned: {use: postgres, image: "registry.example.com/postgis:16"}
  other: {on: ledger}
services:
  api: {image: "shop/api:1.4", ports: [8000]}
  web: {build: ./api}
  given: {at: "http://localhost:8000"}
  worker: {command: [./work]}
tasks:
  migrate: {image: "migrate:1", command: [up]}
"""
WORLD = World(environ={"PG_VERSION": "16", "TAG": "1.5"}, files=FILES)


def mistakes(text: str, instead: dict[str, str]) -> list[str]:
    """Every mistake in a text with other things in it, as the user reads it."""
    with pytest.raises(ManifestError) as told:
        WORLD.load(text, instead)
    return [str(problem) for problem in told.value.problems]


def loaded(**instead: str) -> Manifest:
    return WORLD.load(MANIFEST, instead)


def test_a_technology_takes_the_place_of_use_and_all_else_stays() -> None:
    before, after = loaded().resources["ledger"], loaded(ledger="postgres:15").resources["ledger"]
    assert (before.image, after.image) == ("postgres:16", "postgres:15")
    assert (before.version, after.version) == ("16", "15")
    assert (after.ports, after.seeds, after.isolation) == (
        before.ports,
        before.seeds,
        before.isolation,
    )


def test_it_is_known_afterwards_what_is_used_instead() -> None:
    assert loaded(ledger="postgres:15").instead == {"ledger": "postgres:15"}
    assert loaded().instead == {}


def test_the_variable_that_is_replaced_need_not_be_set() -> None:
    assert World(environ={}).load(MANIFEST, {"ledger": "postgres:15"})


def test_the_image_beside_use_does_not_win() -> None:
    assert loaded(pinned="postgres:15").resources["pinned"].image == "postgres:15"


def test_an_image_takes_the_place_of_the_image_and_the_technology_stays() -> None:
    found = loaded(pinned="registry.example.com/postgis:15").resources["pinned"]
    assert found.image == "registry.example.com/postgis:15"
    assert found.technology
    assert found.technology.name == "postgres"


def test_an_image_says_its_version_itself() -> None:
    text = "databases: {ledger: {use: 'postgres:16'}}"
    assert WORLD.load(text, {"ledger": "me/pg:15"}).resources["ledger"].image == "me/pg:15"


@pytest.mark.parametrize(("name", "image"), [("api", "api:2"), ("migrate", "me/migrate:2")])
def test_the_image_of_a_service_or_task_is_replaced(name: str, image: str) -> None:
    assert loaded(**{name: image}).resources[name].image == image


def test_the_callers_environment_can_be_named() -> None:
    assert loaded(api="api:${env:TAG}").resources["api"].image == "api:1.5"


def test_another_technology_brings_its_own() -> None:
    text = "brokers: {events: {use: postgres}}"
    found = WORLD.load(text, {"events": "nats:2.10"}).resources["events"]
    assert (found.image, found.ports[0].number) == ("nats:2.10", 4222)


def test_what_is_included_can_be_replaced_and_keeps_what_stands_beside_it() -> None:
    described = "image: store\nversion: '1'\nport: 9\nurl: 'store://${self.host}:${self.port}'\n"
    files = FakeFiles(
        files=("shared/own.txt",),
        folders=("shared",),
        texts={
            "shared/environment.yaml": "databases: {ledger: {use: store}}",
            "shared/technologies/store.yaml": described,
        },
    )
    world = World(files=files)
    found = world.load("include: [./shared]", {"ledger": "store:2"})
    assert found.resources["ledger"].image == "store:2"


MISTAKES = [
    (
        {"ledger": "postgress:15"},
        (
            '--with ledger=postgress:15: databases.ledger.use: unknown technology "postgress"; '
            'did you mean "postgres"?'
        ),
    ),
    (
        {"ledger": "postgres:"},
        (
            "--with ledger=postgres:: databases.ledger.use: names no version after the colon; "
            "write for example postgres:16"
        ),
    ),
    (
        {"legder": "postgres:15"},
        ('--with legder=postgres:15: no resource is called "legder"; did you mean "ledger"?'),
    ),
    (
        {"x": "postgres:15"},
        (
            '--with x=postgres:15: no resource is called "x"; there are ledger, pinned, other, '
            "api, web, given, worker and migrate"
        ),
    ),
    (
        {"api": "Shop:1"},
        (
            '--with api=Shop:1: services.api.image: "Shop:1" is no name of an image; write it like '
            "registry/name:tag, in lower case before the tag"
        ),
    ),
    (
        {"web": "web:1"},
        (
            "--with web=web:1: services.web.build: is built from a Dockerfile, and nothing stands "
            "in the place of that; what differs can be a build argument, such as "
            'args: {VERSION: "${env:VERSION}"}'
        ),
    ),
    (
        {"worker": "worker:1"},
        (
            "--with worker=worker:1: services.worker.command: is a command of this host, and no "
            "image stands in the place of that; let the command read the version from a variable, "
            'or give it an "image"'
        ),
    ),
    (
        {"other": "postgres:15"},
        (
            "--with other=postgres:15: databases.other.on: is one more database of a server; "
            "replace that: --with ledger=postgres:15"
        ),
    ),
    (
        {"given": "shop:15"},
        (
            "--with given=shop:15: services.given.at: runs already at this address, and nothing "
            "is started in its place; leave one of them out"
        ),
    ),
]


@pytest.mark.parametrize(("instead", "message"), MISTAKES, ids=[str(each[0]) for each in MISTAKES])
def test_what_cannot_be_used_instead_is_told_at_its_place(
    instead: dict[str, str], message: str
) -> None:
    assert mistakes(MANIFEST, instead) == [message]


def test_what_does_not_fit_the_other_technology_is_told_at_its_own_place() -> None:
    text = "databases:\n  ledger:\n    use: postgres\n    isolation: worker\n"
    assert mistakes(text, {"ledger": "nats"}) == [
        (
            "environment.yaml:4:16: databases.ledger.isolation: nats cannot be sliced; leave this "
            "out, and let each test clean up or use names of its own"
        )
    ]


def test_a_slip_of_the_manifest_is_told_once() -> None:
    text = "servces: {api: {image: 'api:1'}}\nservices: {web: {image: 'web:1'}}\n"
    told = mistakes(text, {"api": "api:2"})
    assert len(told) == 1
    assert "servces" in told[0]

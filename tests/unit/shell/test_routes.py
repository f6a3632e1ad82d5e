"""Who reaches whom at which address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.addressing.resolve import client_env, resolve, taken_apart, variables
from orchestrator.addressing.route import Address, Directory, route
from orchestrator.model.resource import DOCKER, PROCESS, Instance, Port, Resource
from orchestrator.model.template import View
from orchestrator.technologies import BUILT_IN

LEDGER, API, WORKER, WEB = (Instance(name) for name in ("ledger", "api", "worker", "web"))

DIRECTORY = Directory(
    resources={
        "ledger": Resource(
            "ledger",
            "databases",
            technology=BUILT_IN["postgres"],
            ports=(Port(5432),),
            user="me",
            password="p@ss/word",
            databases=("ledger", "second"),
        ),
        "api": Resource("api", "services", engine=DOCKER, ports=(Port(8000), Port(9000, "admin"))),
        "worker": Resource("worker", "services", engine=PROCESS, ports=(Port(7000),)),
        "web": Resource("web", "services", engine=DOCKER),
    },
    hosts={DOCKER: "127.0.0.1", PROCESS: "127.0.0.1"},
    ports={(LEDGER, 5432): 49001, (API, 8000): 49002, (API, 9000): 49003, (WORKER, 7000): 49004},
    relayed={(WORKER, 7000): 49005},
)


@pytest.mark.parametrize(
    ("summary", "asker", "target", "port", "view", "expected"),
    [
        ("tests, container", None, LEDGER, 5432, None, "127.0.0.1:49001"),
        ("tests, process", None, WORKER, 7000, None, "127.0.0.1:49004"),
        ("container, container", API, LEDGER, 5432, None, "ledger:5432"),
        ("container, process: by the relay", API, WORKER, 7000, None, "worker:49005"),
        ("process, container", WORKER, LEDGER, 5432, None, "127.0.0.1:49001"),
        ("process, itself", WORKER, WORKER, 7000, None, "127.0.0.1:49004"),
        ("container, itself", API, API, 9000, None, "api:9000"),
        ("container, forced outside", API, API, 8000, View.OUTSIDE, "127.0.0.1:49002"),
        ("tests, forced inside", None, LEDGER, 5432, View.INSIDE, "ledger:5432"),
    ],
)
def test_route(
    summary: str,
    asker: Instance | None,
    target: Instance,
    port: int,
    view: View | None,
    expected: str,
) -> None:
    host, _, number = expected.partition(":")
    assert route(asker, target, port, DIRECTORY, view) == Address(host, int(number)), summary


def test_a_remote_engine_s_own_address_is_used() -> None:
    remote = Directory(DIRECTORY.resources, hosts={DOCKER: "10.0.0.7"}, ports=DIRECTORY.ports)
    assert route(None, LEDGER, 5432, remote) == Address("10.0.0.7", 49001)


@pytest.mark.parametrize(
    ("summary", "asker", "target", "port", "view", "expected"),
    [
        ("tests, container", None, LEDGER, 5432, None, "ledger.shop-x7:5432"),
        ("tests, forced outside", None, LEDGER, 5432, View.OUTSIDE, "ledger.shop-x7:5432"),
        ("tests, forced inside", None, LEDGER, 5432, View.INSIDE, "ledger:5432"),
        ("tests, process", None, WORKER, 7000, None, "127.0.0.1:49004"),
        ("process, container", WORKER, LEDGER, 5432, None, "ledger.shop-x7:5432"),
        ("container, container", API, LEDGER, 5432, None, "ledger:5432"),
        ("container, itself from outside", API, API, 8000, View.OUTSIDE, "api.shop-x7:8000"),
        ("container, process: by the relay", API, WORKER, 7000, None, "worker:49005"),
    ],
)
def test_where_the_run_s_network_is_joined_names_lead_there(
    summary: str,
    asker: Instance | None,
    target: Instance,
    port: int,
    view: View | None,
    expected: str,
) -> None:
    joined = replace(DIRECTORY, joined={DOCKER: "shop-x7"})
    host, _, number = expected.partition(":")
    assert route(asker, target, port, joined, view) == Address(host, int(number)), summary


@pytest.mark.parametrize(
    ("text", "asker", "expected"),
    [
        ("${ledger.url}", None, "postgresql://me:p%40ss%2Fword@127.0.0.1:49001/ledger"),
        ("${ledger.url}", API, "postgresql://me:p%40ss%2Fword@ledger:5432/ledger"),
        ("${ledger.outside.url}", API, "postgresql://me:p%40ss%2Fword@127.0.0.1:49001/ledger"),
        ("${ledger.jdbc}", API, "jdbc:postgresql://ledger:5432/ledger"),
        ("${ledger.password}", API, "p@ss/word"),
        ("${api.url}", None, "http://127.0.0.1:49002"),
        ("${api.admin.url}", WEB, "http://api:9000"),
        ("${api.admin.port}", None, "49003"),
        ("${lazy:api.url}", WORKER, "http://127.0.0.1:49002"),
        ("${self.port}", WORKER, "49004"),
        ("${self.port}/${self.outside.port}", API, "8000/49002"),
        ("a $${literal} and ${web.host}", API, "a ${literal} and web"),
    ],
)
def test_reference(text: str, asker: Instance | None, expected: str) -> None:
    assert resolve(taken_apart(text), asker, DIRECTORY) == expected


def test_the_tests_variables_name_every_address_and_every_named_port() -> None:
    told = variables(None, DIRECTORY)
    assert told["LEDGER_URL"] == "postgresql://me:p%40ss%2Fword@127.0.0.1:49001/ledger"
    assert told["LEDGER_DATABASE"] == "ledger"
    assert told["API_URL"] == "http://127.0.0.1:49002"
    assert told["API_ADMIN_PORT"] == "49003"
    assert not [name for name in told if name.startswith("WEB_")], "web has no port"


def test_a_technology_s_clients_are_let_in_by_their_own_variables() -> None:
    assert client_env(LEDGER, DIRECTORY) == {
        "PGUSER": "me",
        "PGPASSWORD": "p@ss/word",
        "PGDATABASE": "ledger",
    }
    assert client_env(API, DIRECTORY) == {}

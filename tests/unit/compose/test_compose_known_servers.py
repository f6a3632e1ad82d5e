"""Which services become databases and brokers in an import, and which do not."""

from __future__ import annotations

import pytest
from compose_world import notes, plain, translate

KNOWN = {
    "image: 'postgres:16'\nenvironment: {POSTGRES_PASSWORD: p}": {
        "databases": {
            "use": "postgres:16",
            "user": "postgres",
            "password": "p",
            "database": "postgres",
        }
    },
    "image: docker.io/library/postgres\nenvironment: {POSTGRES_USER: u, POSTGRES_PASSWORD: p}": {
        "databases": {"use": "postgres", "user": "u", "password": "p", "database": "u"}
    },
    "image: 'postgres:${V:-16}'\nenvironment: ['POSTGRES_PASSWORD=${P}']\nports: ['1:5432']": {
        "databases": {
            "use": "postgres:${env:V:-16}",
            "user": "postgres",
            "password": "${env:P:-}",
            "database": "postgres",
            "port": "1",
        }
    },
    "image: 'redis:7'\ncommand: redis-server --requirepass secret --save 60 1": {
        "databases": {
            "use": "redis:7",
            "password": "secret",
            "database": "0",
            "args": ["--save", "60", "1"],
        }
    },
    "image: 'rabbitmq:4'\nports: ['5672:5672', '15672:15672']": {
        "brokers": {
            "use": "rabbitmq:4",
            "user": "guest",
            "password": "guest",
            "database": "/",
            "port": "5672",
        }
    },
    "image: 'mariadb:11'\nenvironment: {MARIADB_USER: u, MARIADB_PASSWORD: p, MARIADB_DATABASE: d, "
    "MARIADB_ROOT_PASSWORD: r, MARIADB_AUTO_UPGRADE: 1}\nprofiles: [more]\nmem_limit: 1g": {
        "databases": {
            "use": "mariadb:11",
            "user": "u",
            "password": "p",
            "database": "d",
            "env": {"MARIADB_ROOT_PASSWORD": "r", "MARIADB_AUTO_UPGRADE": "1"},
            "limits": {"memory": "1g"},
            "profiles": ["more"],
        }
    },
    "image: 'postgres:16'\nenvironment: {POSTGRES_PASSWORD: p}\n"
    "volumes: ['./one.sql:/docker-entrypoint-initdb.d/1.sql', "
    "'./two.sql.gz:/docker-entrypoint-initdb.d/0.sql.gz', './my.conf:/etc/my.conf']": {
        "databases": {
            "use": "postgres:16",
            "user": "postgres",
            "password": "p",
            "database": "postgres",
            "seed": ["two.sql.gz", "one.sql"],
            "files": {"/etc/my.conf": "my.conf"},
        }
    },
}
KNOWN |= {
    "image: 'elasticsearch:8.19.4'\nports: ['9200:9200']\nenvironment: "
    "{discovery.type: single-node, xpack.security.enabled: 'false', node.name: n}": {
        "databases": {"use": "elasticsearch:8.19.4", "env": {"node.name": "n"}, "port": "9200"}
    },
    "image: 'axllent/mailpit:v1.27'\nports: ['1025:1025', '8025:8025']": {
        "brokers": {"use": "mailpit:v1.27", "port": "1025"}
    },
}
FILES = {"one.sql": "", "two.sql.gz": "", "my.conf": "", "three.sh": ""}


def sections(written: str) -> tuple[dict[str, object], list[str]]:
    body = "\n".join(f"    {line}" for line in written.splitlines())
    made = translate(f"services:\n  it:\n{body}\n", FILES, {"P": "p"}, imported=True)
    found = plain(made.root)
    assert isinstance(found, dict)
    return {section: entries["it"] for section, entries in found.items()}, notes(made)


@pytest.mark.parametrize("written", KNOWN)
def test_a_server_that_nobody_can_tell_from_ours(written: str) -> None:
    assert sections(written)[0] == KNOWN[written]


OTHERS = {
    "image: 'redis:7'": "nothing says its password",
    "image: 'nats:2'\nports: [4222]": "nothing says its user",
    "image: 'postgres:16'\nenvironment: {POSTGRES_HOST_AUTH_METHOD: trust}": "nothing says its "
    "password",
    "image: 'postgres:16'\nenvironment: {POSTGRES_PASSWORD: ''}": "its password is empty",
    "image: 'mysql:8'\nenvironment: {MYSQL_ROOT_PASSWORD: r, MYSQL_DATABASE: d}": "nothing says "
    "its user",
    "image: 'mysql:8'\nenvironment: {MYSQL_USER: u, MYSQL_PASSWORD: \"a'b\", MYSQL_DATABASE: d}": (
        "its password cannot be a'b"
    ),
    "image: 'elasticsearch:9.1.4'\nenvironment: {discovery.type: multi-node}": "it has its own "
    "discovery.type",
    "image: 'clickhouse/clickhouse-server:25.8'\nenvironment: {CLICKHOUSE_USER: u, "
    "CLICKHOUSE_PASSWORD: p, CLICKHOUSE_DB: d}": "nothing says its database",
    "image: 'postgres:16'\nenvironment: {POSTGRES_PASSWORD: p}\ncommand: sh -c x": "it runs sh",
    "image: 'postgres:16'\nenvironment: {POSTGRES_PASSWORD: p}\nuser: '1000'": "it has its own "
    "user",
}


@pytest.mark.parametrize("written", OTHERS)
def test_one_that_would_be_another_stays_a_service_and_says_why(written: str) -> None:
    found, told = sections(written)
    assert list(found) == ["services"]
    assert f"stays a service, and cannot be seeded: {OTHERS[written]};" in told[0]


UNKNOWN = ["bitnami/postgresql:16", "registry.example.com/postgres:16", "nginx"]


@pytest.mark.parametrize("image", UNKNOWN)
def test_another_image_stays_what_it_is(image: str) -> None:
    assert sections(f"image: {image}\nports: [1]") == (
        {"services": {"image": image, "ports": ["1"]}},
        [],
    )


def test_a_script_among_what_is_run_first_leaves_all_of_it_to_the_image() -> None:
    found, _ = sections(
        "image: 'postgres:16'\nenvironment: {POSTGRES_PASSWORD: p}\n"
        "volumes: ['./one.sql:/docker-entrypoint-initdb.d/1.sql', "
        "'./three.sh:/docker-entrypoint-initdb.d/2.sh']"
    )
    database = found["databases"]
    assert isinstance(database, dict)
    assert "seed" not in database
    assert list(database["files"]) == [
        "/docker-entrypoint-initdb.d/1.sql",
        "/docker-entrypoint-initdb.d/2.sh",
    ]


def test_what_is_used_as_it_is_stays_a_service() -> None:
    made = translate("services:\n  it: {image: postgres, environment: {POSTGRES_PASSWORD: p}}\n")
    assert list(plain(made.root)) == ["services"]  # type: ignore[call-overload]

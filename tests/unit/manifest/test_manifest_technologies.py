"""What the technologies that come with Greenroom do not have is a mistake, not a surprise."""

from __future__ import annotations

import pytest

from orchestrator.errors import ManifestError
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.technologies import BUILT_IN

NO_FIELD = (
    'e.yaml:2:18: tests.env.A: events has no field "database"; '
    "it has url, host, port, user and password"
)


@pytest.mark.parametrize(
    ("summary", "entry", "words"),
    [
        (
            "another user for redis",
            "databases: {cache: {use: redis, user: me}}",
            'e.yaml:1:39: databases.cache.user: redis has only the user "default"',
        ),
        (
            "a database that redis cannot have",
            "databases: {cache: {use: redis, database: shop}}",
            "e.yaml:1:43: databases.cache.database: must be a number from 0 to 15",
        ),
        (
            "a database of mariadb's own",
            "databases: {shop: {use: mariadb, database: [shop, mysql]}}",
            (
                "e.yaml:1:51: databases.shop.database[1]: must be at most 64 characters of ASCII, "
                "no `\\` or backtick, and no database of the server's own"
            ),
        ),
        (
            "an image that no engine takes",
            'services: {api: {image: "bad image!"}}',
            (
                'e.yaml:1:25: services.api.image: "bad image!" is no name of an image; '
                "write it like registry/name:tag, in lower case before the tag"
            ),
        ),
        (
            "a version that no tag can be",
            'databases: {ledger: {use: "postgres:1 6"}}',
            (
                'e.yaml:1:27: databases.ledger.use: "postgres:1 6" is no name of an image; '
                "write it like registry/name:tag, in lower case before the tag"
            ),
        ),
        (
            "a port whose variables would be another's",
            "services: {api: {image: a, ports: {admin: 1}}, api-admin: {image: b, ports: [1]}}",
            (
                "e.yaml:1:36: services.api.ports.admin: would share API_ADMIN_URL with api-admin; "
                "give the port another name"
            ),
        ),
        (
            "a port with the name of a field",
            "services: {api: {image: a, ports: {host: 1}}}",
            (
                "e.yaml:1:36: services.api.ports.host: is a field of an address; "
                "give the port another name"
            ),
        ),
        (
            "a database for nats",
            "brokers: {events: {use: nats, database: shop}}",
            "e.yaml:1:41: brokers.events.database: nats has no databases; leave this out",
        ),
        (
            "one more database of redis without its number",
            "databases: {cache: {use: redis}, flags: {on: cache}}",
            'e.yaml:1:41: databases.flags: needs a "database" that is a number from 0 to 15',
        ),
        (
            "the database that redis has already",
            "databases: {cache: {use: redis}, flags: {on: cache, database: 0}}",
            'e.yaml:1:63: databases.flags.database: cache has the database "0" already',
        ),
        (
            "a reference to a database of nats",
            'brokers: {events: {use: nats}}\ntests: {env: {A: "${events.database}"}}',
            NO_FIELD,
        ),
    ],
)
def test_mistake(summary: str, entry: str, words: str) -> None:
    with pytest.raises(ManifestError) as caught:
        load(
            entry.encode(),
            path="/project/e.yaml",
            files=HostFiles(),
            environ={},
            technologies=BUILT_IN,
        )
    assert str(caught.value) == words, summary


@pytest.mark.parametrize(
    ("name", "use", "database"),
    [
        ("my-shop", "mysql", "my_shop"),
        ("mysql", "mysql", "greenroom"),
        ("sys", "mariadb", "greenroom"),
        ("mariadb", "mariadb", "mariadb"),
        ("mysql", "postgres", "mysql"),
    ],
)
def test_a_database_is_called_like_its_entry_where_it_can_be(
    name: str, use: str, database: str
) -> None:
    manifest = load(
        f"databases: {{{name}: {{use: {use}}}}}".encode(),
        path="/project/e.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    assert manifest.resources[name].databases == (database,)


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "nginx:1.27-alpine",
        "team/api",
        "localhost/team/api:1",
        "registry.example:5000/team/sub/api_v2:Some.Tag-1",
        "[::1]:5000/api",
        "nginx@sha256:" + "0" * 64,
        "nginx:1@sha256:" + "a" * 64,
    ],
)
def test_names_that_engines_take(image: str) -> None:
    load(
        f'services: {{api: {{image: "{image}"}}}}'.encode(),
        path="/project/e.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )


def test_a_tenant_of_a_broker_has_a_virtual_host_of_its_own_name() -> None:
    manifest = load(
        b"brokers: {queue: {use: rabbitmq}, batch-jobs: {on: queue}}",
        path="/project/e.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    assert manifest.resources["queue"].databases == ("/",)
    assert manifest.resources["batch-jobs"].databases == ("batch_jobs",)

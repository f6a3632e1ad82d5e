"""Names, passwords and files that try to be more than data, on real servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nats
import pika
import psutil
import psycopg
import pymysql
import pytest
import redis
from psycopg import sql

from orchestrator import Environment
from orchestrator.errors import ManifestError

pytestmark = pytest.mark.engine

HOSTILE = """it's "a" b; -- \\ %41 $HOME `id` $(id) {x} @:/?#é€\N{GRINNING FACE}"""
"""Means something to SQL, shells, URLs, JSON and configuration files, and nothing here."""

ASCII = HOSTILE.encode("ascii", "ignore").decode()

TABLE = 'x"; drop table victim; --'
COLUMN = '-a"), (b'
SUBJECT = "A 0\r\nPUB $JS.API.STREAM.DELETE.B x 0\r\n"

Make = Callable[..., Environment]


@pytest.fixture
def make(tmp_path: Path, live_environ: dict[str, str]) -> Make:
    """Makes an environment of one resource called `resource`."""

    def made(section: str, **entry: Any) -> Environment:
        mapping = {"name": "hostile", section: {"resource": entry}}
        return Environment.of(mapping, folder=tmp_path)

    return made


def test_postgres_takes_every_name_as_it_is(make: Make, tmp_path: Path) -> None:
    columns = ",".join('"' + name.replace('"', '""') + '"' for name in ("id", COLUMN, HOSTILE))
    (tmp_path / "schema.sql").write_text(
        "create table victim (id int);\n"
        + sql.SQL("create table {} (id int, {} text, {} text);")
        .format(sql.Identifier(TABLE), sql.Identifier(COLUMN), sql.Identifier(HOSTILE))
        .as_string(None)
    )
    (tmp_path / f"{TABLE}.csv").write_text(f"{columns}\n1,'; drop table victim; --,\\!id\n")
    (tmp_path / "who.sh").write_text('psql -c "create table who as select current_user"\n')
    environment = make(
        "databases",
        use="postgres:15",
        user="-u %u; (id)",
        password=HOSTILE,
        database=["-d'\";$(id)", "postgresql://elsewhere/x", 'b"; drop database postgres; --'],
        seed=["schema.sql", f"{TABLE}.csv", "who.sh"],
    )
    with environment, psycopg.connect(environment["resource"].url) as ledger:
        row = sql.SQL("select * from {}").format(sql.Identifier(TABLE))
        assert ledger.execute(row).fetchall() == [(1, "'; drop table victim; --", "\\!id")]
        assert ledger.execute("select count(*) from victim").fetchone() == (0,)
        assert ledger.execute("select * from who").fetchone() == ("-u %u; (id)",)
        names = ledger.execute("select datname from pg_database").fetchall()
        assert {name for (name,) in names} >= {"-d'\";$(id)", "postgresql://elsewhere/x"}
        assert ('b"; drop database postgres; --',) in names


def test_mariadb_takes_every_name_and_value_as_it_is(make: Make, tmp_path: Path) -> None:
    table, column = "x` (a int); drop table victim; --", "-a`), (b"
    value = f"'); drop table victim; -- \\' \\g {HOSTILE} \\"
    names = [name.replace("`", "``") for name in (table, column)]
    (tmp_path / "schema.sql").write_text(
        "create table victim (id int);\ncreate table `{}` (id int, `{}` text);".format(*names)
    )
    quoted = ['"' + text.replace('"', '""') + '"' for text in (column, value)]
    (tmp_path / f"{table}.csv").write_text(f"id,{quoted[0]}\n1,{quoted[1]}\n")
    (tmp_path / "who.sh").write_text("mariadb -e 'create table who as select current_user() me'")
    hostile = {"user": "$(id)%u;#@{x}", "password": "it is; # $(id) %41 {x} @:/?#"}
    databases = ['d"; $(id) #', "-d.x%", "a'b"]
    seeds = ["schema.sql", f"{table}.csv", "who.sh"]
    with make("databases", use="mariadb:11", database=databases, seed=seeds, **hostile) as made:
        server = made["resource"]
        connection = pymysql.connect(
            **{"host": server.host, "port": server.port, "database": databases[0], **hostile}
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(f"select * from `{names[0]}`")
            assert cursor.fetchall() == ((1, value),)
            assert cursor.execute("select id from victim") == 0
            assert cursor.execute("select * from who where me = %s", [hostile["user"] + "@%"]) == 1
            cursor.execute("show databases")
            assert {name for (name,) in cursor.fetchall()} >= set(databases)


def test_a_header_over_two_lines_is_refused_and_not_cut(make: Make, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text('"id\n""); drop table x; --",b\n1,2\n')
    environment = make("databases", use="postgres:15", seed=["accounts.csv"])
    with pytest.raises(
        ManifestError, match=r"accounts\.csv:1: the names of the columns are no CSV"
    ):
        environment.up()


def test_redis_takes_every_password_as_it_is(make: Make, tmp_path: Path) -> None:
    (tmp_path / "keys.redis").write_text("SET a 1\n")
    (tmp_path / "more.sh").write_text("redis-cli set b 2\n")
    environment = make(
        "databases", use="redis:7", password=f"-{HOSTILE}", seed=["keys.redis", "more.sh"]
    )
    with environment, redis.Redis.from_url(environment["resource"].url) as client:
        assert client.mget("a", "b") == [b"1", b"2"]


def test_rabbitmq_takes_every_name_as_it_is(make: Make, tmp_path: Path) -> None:
    queue = {"name": HOSTILE, "vhost": ASCII, "durable": True, "auto_delete": False}
    definitions = {"queues": [{**queue, "arguments": {}}]}
    (tmp_path / "topology.json").write_text(json.dumps(definitions))
    environment = make(
        "brokers",
        use="rabbitmq:4",
        user=f"-{ASCII}",
        password=ASCII,
        database=ASCII,
        seed=["topology.json"],
    )
    with environment:
        connection = pika.BlockingConnection(pika.URLParameters(environment["resource"].url))
        assert connection.channel().queue_declare(HOSTILE, passive=True).method.queue == HOSTILE
        connection.close()


def test_nats_takes_every_password_as_it_is(make: Make) -> None:
    user = "-u '\"; $(id) \\"
    with make("brokers", use="nats:2", user=user, password=HOSTILE) as environment:
        server = environment["resource"]

        async def ask() -> int:
            where = f"nats://{server.host}:{server.port}"
            client = await nats.connect(where, user=user, password=HOSTILE, allow_reconnect=False)
            try:
                return (await client.jetstream().account_info()).streams
            finally:
                await client.close()

        assert asyncio.run(ask()) == 0


def test_a_stream_s_name_is_no_part_of_the_protocol(make: Make, tmp_path: Path) -> None:
    streams = {"streams": [{"name": "B", "subjects": ["b"]}, {"name": SUBJECT, "subjects": ["a"]}]}
    (tmp_path / "streams.yaml").write_text(json.dumps(streams))
    with pytest.raises(ManifestError, match=r"streams\.yaml:1:\d+: a stream's name cannot hold"):
        make("brokers", use="nats:2", seed=["streams.yaml"]).up()


@pytest.mark.parametrize(
    ("section", "use"),
    [
        ("databases", "postgres:15"),
        ("databases", "mariadb:11"),
        ("brokers", "rabbitmq:4"),
        ("brokers", "nats:2"),
    ],
)
def test_no_server_has_its_password_in_its_arguments(section: str, use: str, make: Make) -> None:
    with make(section, use=use) as environment:
        password = environment["resource"].password
        assert not [words for words in arguments() if password in words]


def test_redis_hides_its_arguments_once_it_is_ready(make: Make) -> None:
    with make("databases", use="redis:7") as environment:
        password = environment["resource"].password
        assert not [words for words in arguments() if password in words]


def test_a_function_s_child_has_the_password_neither_in_arguments_nor_on_disk(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "load.py").write_text(
        "import pathlib, sys\n"
        "def fill(resource):\n"
        "    own = pathlib.Path('/proc/self/cmdline').read_bytes()\n"
        "    assert resource.password.encode() not in own, own\n"
        "    pathlib.Path('asked').write_text('yes')\n"
    )
    with make("brokers", use="nats:2", seed=["load.py:fill"]):
        assert (tmp_path / "asked").read_text() == "yes"


def arguments() -> list[str]:
    """The arguments of every process that this user can see; containers' are among them."""
    found = []
    for process in psutil.process_iter():
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found

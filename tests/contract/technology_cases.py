"""One case for each technology: how a client asks it, good seeds of every kind, and bad ones."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import nats
import pika
import psycopg
import pymysql
import redis
from aws_case import AWS
from clickhouse_case import CLICKHOUSE
from etcd_case import ETCD
from kafka_case import KAFKA
from mailpit_case import MAILPIT
from memcached_case import MEMCACHED
from mongodb_case import MONGODB
from mosquitto_case import MOSQUITTO
from s3_case import S3
from search_case import ELASTICSEARCH, OPENSEARCH
from technology_case import BadSeed, TechnologyCase


def postgres_hello(url: str) -> object:
    with psycopg.connect(url, connect_timeout=20) as connection:
        return connection.execute("select 1").fetchone()


def postgres_seeded(url: str) -> object:
    with psycopg.connect(url, connect_timeout=20) as connection:
        rows = connection.execute("select id, owner, note from accounts order by id").fetchall()
        names = connection.execute("select datname from pg_database order by datname").fetchall()
        first = connection.execute("select day, is_open, amount from parents").fetchone()
        tags = connection.execute("select tags from children").fetchone()
        counts = connection.execute("select count(*), sum(amount) from parents").fetchone()
        family = connection.execute("select count(*) from children").fetchone()
    return rows, "archive" in [name for (name,) in names], first, tags, counts, family


ENUM = b"""{"nothing": [], "pg_enum": [
{"oid": 1, "enumtypid": 1, "enumsortorder": 1, "enumlabel": "a"},
{"oid": 2, "enumtypid": 1, "enumsortorder": 2, "enumlabel": "b"},

"""


POSTGRES = TechnologyCase(
    use="postgres:15",
    section="databases",
    settings={"database": ["ledger", "archive"]},
    hello=postgres_hello,
    good={
        "schema.sql": b"""
create table accounts (id int primary key, owner text, note text);
create table parents (id int primary key, day date, is_open boolean, amount numeric);
create table children (id int primary key, parent int references parents, tags jsonb);
""",
        "more.sql.gz": gzip.compress(b"insert into accounts values (1, 'gz', null);\n"),
        "accounts.csv": b'owner,id\n"a, b",2\n"line\nbreak",3\n',
        "accounts.json": b"""[
            {"id": 6, "owner": "tab\\t \\\\N\\n\\\\.\\n", "note": {"a": [1.50, null]}},
            {"id": 7}
        ]""",
        "public.accounts.yaml": b"- {id: 8, owner: no, note: null}\n- {note: '', id: 9}\n",
        "tables.yml": b"""
parents:
  - {id: 1, day: 2024-02-29, is_open: true, amount: 1.10}
children:
  - {id: 1, parent: 1, tags: [a, 1, null, {b: no}]}
""",
        "more.generate.yaml": b"""
tables:
  parents: {count: 2, fields: {id: {sequence: 2}, is_open: boolean, amount: {integer: [5, 5]}}}
  children: {count: 3, fields: {id: {sequence: 2}, parent: {ref: parents.id}}}
""",
    },
    function="""
import psycopg
with psycopg.connect(resource.url) as connection:
    connection.execute("insert into accounts values (4, %s, 'function')", [resource.user])
""",
    script="""
echo "insert into accounts values (5, '$RESOURCE_HOST', 'script')" | psql -q
cat  # A command that reads the standard input must not swallow the script.
""",
    seeded=postgres_seeded,
    expected=lambda inside: (
        [
            (1, "gz", None),
            (2, "a, b", None),
            (3, "line\nbreak", None),
            (4, "greenroom", "function"),
            (5, inside.host, "script"),
            (6, "tab\t \\N\n\\.\n", '{"a": [1.5, null]}'),
            (7, None, None),
            (8, "no", None),
            (9, None, ""),
        ],
        True,
        (date(2024, 2, 29), True, Decimal("1.10")),
        (["a", 1, None, {"b": "no"}],),
        (3, Decimal("11.10")),
        (4,),
    ),
    bad=(
        BadSeed(
            "bad.sql",
            b"create table a (id int);\n\nselect * form a;\n",
            r'bad\.sql:3: ERROR:  syntax error at or near "form"',
        ),
        BadSeed(
            "bad.sql.gz",
            gzip.compress(b"select 1;\nselect nothing;\n"),
            r'bad\.sql\.gz:2: ERROR:  column "nothing" does not exist',
        ),
        BadSeed(
            "torn.sql.gz", gzip.compress(b"select 1;" * 999)[:-20], r"cannot read torn\.sql\.gz"
        ),
        BadSeed("nowhere.csv", b"id\n1\n", r'relation "nowhere" does not exist'),
        BadSeed(
            "rows.json",
            ENUM + b'\n{"oid": "three", "enumlabel": "c", "enumtypid": 1, "enumsortorder": 3}\n]}',
            r'rows\.json:6: ERROR:  invalid input syntax for type oid: "three"',
        ),
        BadSeed(
            "rows.yaml",
            b"pg_enum:\n- {enumtypid: 1}\n- {oid: 2}\n- {oid: 3}\n- {oid: four}\n- {x: 1}\n",
            r'rows\.yaml:2: ERROR:  null value in column "oid"',
        ),
        BadSeed(
            "nowhere.json",
            b'\n[{"id": 1}]',
            r'nowhere\.json:2: ERROR:  relation "nowhere" does not exist',
        ),
        BadSeed("torn.json", b'[\n{"id": 1},\n', r"torn\.json:3:1: not JSON: "),
        BadSeed(
            "few.generate.yaml",
            b"tables:\n  a:\n    count: 3\n    fields:\n      b: {unique: {choice: [1, 2]}}\n",
            r"few\.generate\.yaml:5: b is unique",
        ),
        BadSeed(
            "words.generate.yaml",
            b"tables: {a: {count: 3, fields: {b: nme, c: sentense}}}\n",
            r'(?s)yaml:1:36: .*"name"\?.*1:44: .*"sentence"\?',
        ),
    ),
)


def mariadb_query(url: str, *statements: str) -> list[object]:
    """Ask in the database of the address; a password with a per cent sign is none here."""
    parts = urlsplit(url)
    connection = pymysql.connect(
        host=parts.hostname,
        port=parts.port or 0,
        user=parts.username,
        password=parts.password or "",
        database=parts.path[1:],
        connect_timeout=20,
    )
    with connection, connection.cursor() as cursor:
        return [cursor.execute(statement) and cursor.fetchall() for statement in statements]


def mariadb_seeded(url: str) -> object:
    rows, names = mariadb_query(url, "select * from accounts order by id", "show databases")
    return rows, ("archive",) in names


def mariadb(use: str, client: str, begin: bytes = b"") -> TechnologyCase:
    """The case of both images; they differ in the names of things, and in how a dump begins."""
    return TechnologyCase(
        use=use,
        section="databases",
        settings={"database": ["ledger", "archive"]},
        hello=lambda url: mariadb_query(url, "select 1"),
        good={
            "schema.sql": begin
            + b"create table accounts (id int primary key, owner text, note text);\n"
            b"delimiter //\ncreate procedure nothing() begin select 1; end//\n",
            # Neither a delimiter nor the end of a line.
            "more.sql.gz": gzip.compress(b"insert into accounts values (1, 'gz', null)"),
            "accounts.csv": b"owner,id,note\n"
            b'"a, b",2,\n"line\r\nbreak",3,""\n"\\""; --",0,\xc3\xa9',
            "archive.accounts.sql": b"create table archive.accounts (id int);",
            "archive.accounts.csv": b"id\n1\n",
            "accounts.json": b"""[
  {"id": 10, "owner": "it's \\\\", "note": null},
  {"id": 11, "owner": true}
]""",
            "more.yaml": b"accounts:\n  - {id: 12, owner: [a, 1]}\n",
            "made.generate.yaml": b"seed: 1\ntables:\n"
            b"  accounts: {count: 1, fields: {id: {choice: [13]}, owner: {choice: [made]}}}\n",
        },
        function="""
import pymysql
connection = pymysql.connect(host=resource.host, port=resource.port, user=resource.user,
                             password=resource.password, database=resource.database)
with connection.cursor() as cursor:
    cursor.execute("insert into accounts values (4, 'function', %s)", [resource.user])
connection.commit()
""",
        script=f"""
echo "insert into accounts values (5, '$RESOURCE_HOST', 'script')" | {client}
cat  # A command that reads the standard input must not swallow the script.
""",
        seeded=mariadb_seeded,
        expected=lambda inside: (
            (
                (0, '\\"; --', "é"),
                (1, "gz", None),
                (2, "a, b", None),
                (3, "line\r\nbreak", ""),
                (4, "function", "greenroom"),
                (5, inside.host, "script"),
                (10, "it's \\", None),
                (11, "1", None),
                (12, '["a", 1]', None),
                (13, "made", None),
            ),
            True,
        ),
        bad=(
            BadSeed(
                "accounts.json",
                b'[{"id": 1},\n {"id": 1}]',
                r"accounts\.json: ERROR 1146|accounts\.json:1: Table",
            ),
            BadSeed(
                "bad.sql",
                b"create table a (id int);\n\nselect * form a;\n",
                r"bad\.sql:3: ERROR 1064 \(42000\): You have an error in your SQL syntax",
            ),
            BadSeed(
                "bad.sql.gz",
                gzip.compress(b"select 1;\nselect nothing;\n"),
                r"bad\.sql\.gz:2: ERROR 1054 \(42S22\): Unknown column 'nothing'",
            ),
            BadSeed("quit.sql", b"select 1;\n\\q\n", r"quit\.sql: .* not read the file"),
            BadSeed("comment.sql", b"select 1; /* never", r"comment\.sql: .* not read the file"),
            BadSeed(
                "torn.sql.gz", gzip.compress(b"select 1;" * 999)[:-20], r"cannot read torn\.sql\.gz"
            ),
            BadSeed(
                "nowhere.csv", b"id\n1\n", r"nowhere\.csv:2: ERROR 1146 .*nowhere' doesn't exist"
            ),
            BadSeed("user.csv", b'a,b\n1,2\n\n"', r"user\.csv:3: fields in this row: 1"),
        ),
    )


SANDBOX = b"/*M!999999\\- enable the sandbox mode */ \n"

MARIADB = mariadb("mariadb:10.11", client="mariadb", begin=SANDBOX)
MYSQL = mariadb("mysql:8", client="mysql")


def redis_hello(url: str) -> object:
    with redis.Redis.from_url(url, socket_timeout=20) as client:
        return client.ping()


def redis_seeded(url: str) -> object:
    with redis.Redis.from_url(url, socket_timeout=20, decode_responses=True) as client:
        return client.get("greeting"), client.lrange("list", 0, -1), client.mget("f", "s", "n999")


REDIS = TechnologyCase(
    use="redis:7",
    section="databases",
    hello=redis_hello,
    good={
        "keys.redis": b'# keys\nSET greeting "hello, \\"world\\""\n\nRPUSH list a b c\n',
        "sets.redis": b"SADD set %s\nHSET hash %s\nZADD zset 1 a\nXADD stream 1-1 a 1\n"
        % (b" ".join(b"m%d" % n for n in range(900)), b" ".join(b"f%d x" % n for n in range(900))),
        "many.redis": b"".join(b"SET n%d %d\n" % (number, number) for number in range(1000)),
    },
    function="""
import redis
redis.Redis.from_url(resource.url).set("f", resource.name)
""",
    script='redis-cli set s "$RESOURCE_PORT"\n',
    seeded=redis_seeded,
    expected=lambda inside: (
        'hello, "world"',
        ["a", "b", "c"],
        ["resource", str(inside.port), "999"],
    ),
    bad=(
        BadSeed("bad.redis", b"SET a 1\nSETT b 2\n", r"bad\.redis:2: ERR unknown command"),
        BadSeed("type.redis", b"SET a 1\n# x\nLPUSH a 2\n", r"type\.redis:3: WRONGTYPE"),
        BadSeed("quote.redis", b'SET a "1\n', r"quote\.redis:1: ERR Protocol error"),
    ),
)

VALKEY = replace(
    REDIS,
    use="valkey:8",
    script=REDIS.script.replace("redis-cli", "valkey-cli"),
    bad=REDIS.bad[:1],
    short=True,
)


def rabbitmq_hello(url: str) -> object:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        return connection.channel().queue_declare("", exclusive=True).method.message_count
    finally:
        connection.close()


def rabbitmq_seeded(url: str) -> object:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.basic_publish("orders", "new", b"hello")
        names = ("orders", "function", "script")
        return [bool(channel.queue_declare(name, passive=True).method.queue) for name in names]
    finally:
        connection.close()


DEFINITIONS = {
    "vhosts": [{"name": "/"}],
    "exchanges": [
        {
            "name": "orders",
            "vhost": "/",
            "type": "direct",
            "durable": True,
            "auto_delete": False,
            "internal": False,
            "arguments": {},
        }
    ],
    "queues": [
        {"name": name, "vhost": "/", "durable": True, "auto_delete": False, "arguments": {}}
        for name in ("orders",)
    ],
    "bindings": [
        {
            "source": "orders",
            "vhost": "/",
            "destination": "orders",
            "destination_type": "queue",
            "routing_key": "new",
            "arguments": {},
        }
    ],
}

RABBITMQ = TechnologyCase(
    use="rabbitmq:4",
    section="brokers",
    hello=rabbitmq_hello,
    good={"definitions.json": json.dumps(DEFINITIONS).encode()},
    function="""
import pika
connection = pika.BlockingConnection(pika.URLParameters(resource.url))
connection.channel().queue_declare("function", durable=True)
connection.close()
""",
    script="""
rabbitmqctl eval 'rabbit_amqqueue:declare(
  rabbit_misc:r(<<"/">>, queue, <<"script">>), true, false, [], none, <<"greenroom">>).'
""",
    seeded=rabbitmq_seeded,
    expected=lambda _: [True, True, True],
    bad=(
        BadSeed(
            "bad.json",
            b'{"queues": [{"name": "a", "vhost": "/", "durable": true, "auto_delete": false,'
            b' "arguments": {"x-max-length": "many"}}]}',
            r"\Abad\.json: .*x-max-length",
        ),
    ),
)


def nats_query(url: str, names: list[str] | None) -> object:
    async def ask() -> object:
        client = await nats.connect(url, connect_timeout=20, allow_reconnect=False)
        try:
            stream = client.jetstream()
            if names is None:
                return (await stream.account_info()).streams
            return [(await stream.stream_info(name)).config.subjects for name in names]
        finally:
            await client.close()

    return asyncio.run(ask())


NATS = TechnologyCase(
    use="nats:2",
    section="brokers",
    hello=lambda url: nats_query(url, None),
    good={
        "streams.yaml": b"streams:\n"
        b"  - {name: ORDERS, subjects: ['orders.>'], storage: memory}\n"
        b"  - {name: EVENTS, subjects: ['events.*'], max_msgs: 10}\n"
    },
    function="""
import asyncio, nats
async def fill():
    client = await nats.connect(resource.url)
    await client.jetstream().add_stream(name="FUNCTION", subjects=["function"])
    await client.close()
asyncio.run(fill())
""",
    # Its image has no client: a script can only look at what it is told.
    script='test "$RESOURCE_HOST:$RESOURCE_PORT" = "${RESOURCE_URL##*@}"\n',
    seeded=lambda url: nats_query(url, ["ORDERS", "EVENTS", "FUNCTION"]),
    expected=lambda _: [["orders.>"], ["events.*"], ["function"]],
    bad=(
        BadSeed(
            "overlap.yaml",
            b"streams:\n  - {name: A, subjects: [a]}\n  - {name: B, subjects: [a]}\n",
            r"overlap\.yaml:3: stream B: subjects overlap with an existing stream",
        ),
        BadSeed("none.yaml", b"queues: []\n", r"none\.yaml:1: expected `streams:`"),
    ),
)

ALL = (
    *(POSTGRES, MARIADB, MYSQL, REDIS, VALKEY, MONGODB, MEMCACHED, ETCD),
    *(CLICKHOUSE, ELASTICSEARCH, OPENSEARCH, S3, AWS),
    *(KAFKA, RABBITMQ, NATS, MOSQUITTO, MAILPIT),
)

CASES = {case.name: case for case in ALL}

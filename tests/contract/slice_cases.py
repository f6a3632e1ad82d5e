"""One case for each technology that can be sliced: how words are written to it, and read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import nats
import pika
import psycopg
import pymysql
import redis
from nats.aio.client import Client
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

WORDS = ("seeded", "shared", "one", "two", "late")
"""All that is ever written. Of RabbitMQ one can only ask whether a queue is there."""


@dataclass(frozen=True)
class SliceCase:
    """What the suite has to know of a technology.

    `seeds` leave the word `seeded`, and `late` is one more, with its name, that leaves the word
    `late`, where a seed can go into a slice. `write` adds a word, `words` returns those that are
    there, and `connected` is a client that stays while it lasts, and is in the way of a reset if
    any is.
    """

    use: str
    section: str
    seeds: dict[str, str]
    write: Callable[[str, str], None]
    words: Callable[[str], set[str]]
    connected: Callable[[str], AbstractContextManager[Any]]
    late: tuple[str, str] | None = None


def postgres_write(url: str, word: str) -> None:
    with psycopg.connect(url, connect_timeout=20) as connection:
        connection.execute("insert into words values (%s)", [word])


def postgres_words(url: str) -> set[str]:
    with psycopg.connect(url, connect_timeout=20) as connection:
        return {word for (word,) in connection.execute("select word from words")}


@contextmanager
def postgres_connected(url: str) -> Iterator[None]:
    connection = psycopg.connect(url, connect_timeout=20)
    connection.execute("lock table words")
    try:
        yield
    finally:
        connection.close()


POSTGRES = SliceCase(
    use="postgres:15",
    section="databases",
    seeds={"words.sql": "create table words (word text); insert into words values ('seeded');"},
    write=postgres_write,
    words=postgres_words,
    connected=postgres_connected,
    late=("late.sql", "insert into words values ('late');"),
)


@contextmanager
def mariadb_client(url: str) -> Iterator[pymysql.cursors.Cursor]:
    parts = urlsplit(url)
    connection = pymysql.connect(
        host=parts.hostname,
        port=parts.port or 0,
        user=parts.username,
        password=parts.password or "",
        database=parts.path[1:],
        connect_timeout=20,
    )
    try:
        yield connection.cursor()
        connection.commit()
    finally:
        connection.close()


def mariadb_write(url: str, word: str) -> None:
    """Words that begin with t change the tables themselves, too."""
    with mariadb_client(url) as client:
        client.execute("insert into words (word) values (%s)", [word])
        if word.startswith("t"):  # "two"
            client.execute("alter table words add column more int")
            client.execute("create table others (id int)")


def mariadb_words(url: str) -> set[str]:
    with mariadb_client(url) as client:
        client.execute("select id, word from words order by id")
        rows = client.fetchall()
        assert [number for number, _ in rows] == list(range(1, len(rows) + 1)), "the ids count on"
        return {word for _, word in rows}


@contextmanager
def mariadb_connected(url: str) -> Iterator[None]:
    with suppress(pymysql.err.Error), mariadb_client(url) as client:
        client.execute("select * from words for update")
        yield


MARIADB = SliceCase(
    use="mariadb:11",
    section="databases",
    seeds={
        "words.sql": "create table words (id int auto_increment primary key, word text);"
        "insert into words (word) values ('seeded');"
        "create view short as select word from words;"
    },
    write=mariadb_write,
    words=mariadb_words,
    connected=mariadb_connected,
    late=("late.sql", "insert into words (word) values ('late');"),
)

MYSQL = replace(MARIADB, use="mysql:8")


def redis_write(url: str, word: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=20) as client:
        client.set(word, "there")


def redis_words(url: str) -> set[str]:
    with redis.Redis.from_url(url, socket_timeout=20, decode_responses=True) as client:
        return {str(key) for key in client.scan_iter()}


@contextmanager
def redis_connected(url: str) -> Iterator[None]:
    with redis.Redis.from_url(url, socket_timeout=20) as client, client.pipeline() as pipeline:
        pipeline.watch("seeded")
        yield


REDIS = SliceCase(
    use="redis:7",
    section="databases",
    seeds={"words.redis": "SET seeded there\n"},
    write=redis_write,
    words=redis_words,
    connected=redis_connected,
    late=("late.redis", "SET late there"),
)

VALKEY = replace(REDIS, use="valkey:8")


@contextmanager
def rabbitmq_connected(url: str) -> Iterator[pika.BlockingConnection]:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        connection.channel().basic_consume("seeded", lambda *_: None)
        yield connection
    finally:
        # What was closed by a reset a blocking client only sees now.
        with suppress(pika.exceptions.AMQPError):
            connection.close()


def rabbitmq_write(url: str, word: str) -> None:
    """Make a queue, bind it to an exchange that was seeded, and send it a message."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(word, durable=True)
        channel.queue_bind(word, "words", word)
        channel.confirm_delivery()
        channel.basic_publish("words", word, b"there", mandatory=True)


def rabbitmq_words(url: str) -> set[str]:
    """The queues that are there and reached; messages are not seeded, and so not copied."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        return {word for word in WORDS if rabbitmq_takes(connection, word)}


def rabbitmq_takes(connection: pika.BlockingConnection, word: str) -> bool:
    channel = connection.channel()
    try:
        channel.queue_declare(word, passive=True)
    except pika.exceptions.ChannelClosedByBroker:
        return False
    channel.confirm_delivery()
    channel.basic_publish("words", word, b"again", mandatory=True)
    return True


RABBITMQ = SliceCase(
    use="rabbitmq:4",
    section="brokers",
    seeds={
        "words.json": """{
  "exchanges": [{"name": "words", "vhost": "/", "type": "direct", "durable": true,
                 "auto_delete": false, "internal": false, "arguments": {}}],
  "queues": [{"name": "seeded", "vhost": "/", "durable": true, "auto_delete": false,
              "arguments": {"x-max-length": 5}}],
  "policies": [{"name": "short", "vhost": "/", "pattern": ".*", "apply-to": "queues",
                "definition": {"max-length": 7}, "priority": 1}],
  "bindings": [{"source": "words", "vhost": "/", "destination": "seeded",
                "destination_type": "queue", "routing_key": "seeded", "arguments": {}}]
}"""
    },
    write=rabbitmq_write,
    words=rabbitmq_words,
    connected=rabbitmq_connected,
)


def with_nats(url: str, use: Callable[[JetStreamContext], Coroutine[Any, Any, Any]]) -> Any:
    async def used() -> Any:
        client = await nats.connect(url, connect_timeout=20, allow_reconnect=False)
        try:
            return await use(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(used())


def nats_write(url: str, word: str) -> None:
    """Send a message to a stream that was seeded, and make one more."""

    async def write(stream: JetStreamContext) -> None:
        await stream.publish("words.new", word.encode())
        await stream.add_stream(name=word, subjects=[f"{word}.>"])

    with_nats(url, write)


def nats_words(url: str) -> set[str]:
    """The words that both a message and a stream have."""

    async def read(stream: JetStreamContext) -> set[str]:
        names = {one.config.name for one in await stream.streams_info()}
        number, found = 1, set()
        try:
            while True:
                found.add(((await stream.get_msg("WORDS", number)).data or b"").decode())
                number += 1
        except NotFoundError:
            assert names - {"WORDS"} == found
            return found

    words: set[str] = with_nats(url, read)
    return words


@contextmanager
def nats_connected(url: str) -> Iterator[None]:
    loop = asyncio.new_event_loop()

    async def connect() -> Client:
        client = await nats.connect(url, connect_timeout=20, allow_reconnect=False)
        await client.jetstream().subscribe("words.new", durable="listener")
        return client

    client = loop.run_until_complete(connect())
    try:
        yield
    finally:
        loop.run_until_complete(client.close())
        loop.close()


NATS = SliceCase(
    use="nats:2",
    section="brokers",
    seeds={
        "words.yaml": "streams:\n"
        "  - {name: WORDS, subjects: ['words.*']}\n"
        "  - {name: seeded, subjects: ['seeded.>']}\n",
        "load.py:load": """
import asyncio, nats
async def fill(url):
    client = await nats.connect(url)
    await client.jetstream().publish("words.new", b"seeded")
    await client.close()
def load(resource):
    asyncio.run(fill(resource.url))
""",
    },
    write=nats_write,
    words=nats_words,
    connected=nats_connected,
)

SLICED = {
    case.use.partition(":")[0]: case
    for case in (POSTGRES, MARIADB, MYSQL, REDIS, VALKEY, RABBITMQ, NATS)
}
